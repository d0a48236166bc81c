import type { Channel, ChannelInput } from "#core/chat/channel.ts";
import type { Session, SessionInput } from "#core/session/session.ts";
import type { Travel, TravelInput } from "#core/travel/travel.ts";
import type { Guest, Launch, LaunchInput } from "#core/world/launch.ts";
import type { World, WorldInput } from "#core/world/world.ts";
import type { Transition } from "#engine/ports.ts";
import { type Address, idOf, kindOf } from "#shared/address.ts";
import type { Endpoint } from "#shared/protocol/launch-master.ts";
import { type Fields, markerLine } from "./escape.ts";

/** What a marker may say besides what the transition holds. */
export interface MarkerFacts {
  /** Where clients dial a launch of a world. */
  readonly urlOf: (world: string, endpoint: Endpoint) => string;
}

/** One line VirtuCade's scripts look for: its name, the input it follows, and what it says; nothing: no line. */
interface Row {
  readonly name: string;
  readonly kind: string;
  /** `any` follows every input. */
  readonly input: string;
  readonly fields: (event: Transition, facts: MarkerFacts) => Fields | undefined;
}

type Say<S, I> = (
  now: S | undefined,
  before: S | undefined,
  body: I,
  facts: MarkerFacts,
  from: Address,
) => Fields | undefined;

/** Rows of one kind, with its states and inputs typed. */
const rowsOf =
  <S, I extends { type: string }>(kind: string) =>
  <T extends I["type"] | "deadline" | "any">(
    name: string,
    input: T,
    say: Say<S, Extract<I, { type: T }>>,
  ): Row => ({
    name,
    kind,
    input,
    fields: ({ state, previous, body, cause }, facts) =>
      say(state as S | undefined, previous as S | undefined, body as Extract<I, { type: T }>, facts, cause),
  });

const world = rowsOf<World, WorldInput>("world");
const launch = rowsOf<Launch, LaunchInput>("launch");
const travel = rowsOf<Travel, TravelInput>("travel");
const session = rowsOf<Session, SessionInput>("session");
const channel = rowsOf<Channel, ChannelInput>("channel");

const isRegistered = (state: Launch | undefined): boolean =>
  state?.phase === "running" || state?.phase === "closing";
const guests = (state: Launch | undefined): [string, Guest][] => Object.entries(state?.guests ?? {});
const inside = (state: Launch | undefined): number =>
  guests(state).filter(([, { expectedUntil }]) => expectedUntil === undefined).length;
const expected = (state: Launch | undefined): [string, Guest][] =>
  guests(state).filter(([, { expectedUntil }]) => expectedUntil !== undefined);
/** The first guest expected in `a` and not in `b`. */
const onlyIn = (a: Launch | undefined, b: Launch | undefined): Guest | undefined => {
  const other = new Set(expected(b).map(([admission]) => admission));
  return expected(a).find(([admission]) => !other.has(admission))?.[1];
};
const reasonOf = (state: Launch | undefined): string | undefined =>
  state?.phase === "stopping" ? state.reason : undefined;
/** A launch that nobody can ask any more is not asked. */
const isKilled = (now: Launch | undefined, before: Launch | undefined): boolean =>
  now?.phase === "stopping" &&
  ["starting", "testing", "suspect", "stopping"].some((phase) => phase === before?.phase);
const peerOf = ({ journey }: Travel): string => idOf(journey.session);

const routed = (state: World | undefined): string | undefined =>
  state && "launch" in state ? idOf(state.launch) : undefined;
const heirOf = (state: World | undefined): string | undefined =>
  state && "heir" in state && state.heir ? idOf(state.heir.launch) : undefined;
const causeOf = (body: { type: string }): string | undefined =>
  "cause" in body && typeof body.cause === "string" ? body.cause : undefined;
const isWaiting = (state: World | undefined): boolean =>
  state?.phase === "cooling" || state?.phase === "resting";

/** Who takes over from whom in a world, and why its launches fail. */
const worldRows = [
  world("MASTER_WORLD_REPLACING", "any", (now, before) =>
    heirOf(now) && heirOf(now) !== heirOf(before) ? { launch: routed(now), heir: heirOf(now) } : undefined,
  ),
  world("MASTER_WORLD_REPLACED", "any", (now, before) =>
    heirOf(before) && heirOf(before) === routed(now)
      ? { launch: routed(before), heir: routed(now) }
      : undefined,
  ),
  world("MASTER_WORLD_KEPT", "any", (now, before, body) =>
    heirOf(before) && !heirOf(now) && routed(now) === routed(before)
      ? { launch: routed(now), heir: heirOf(before), cause: causeOf(body) }
      : undefined,
  ),
  world("MASTER_WORLD_FAILED", "ended", (now, before, { cause }, _, from) =>
    cause !== undefined && routed(before) === idOf(from) ? { failures: now?.failures, cause } : undefined,
  ),
  world("MASTER_WORLD_BACKING_OFF", "ended", (now, before) =>
    isWaiting(now) && !isWaiting(before) && now && now.failures > 1
      ? { failures: now.failures, cause: now.cause }
      : undefined,
  ),
];

const launchRows = [
  launch("MASTER_WORLD_STARTED", "started", (now, _, { pid }) => now && { key: now.world, pid }),
  launch("MASTER_WORLD_REGISTERED", "register", (now, before, { endpoint }, { urlOf }) =>
    now?.phase === "running" && before !== now
      ? { key: now.world, peer: idOf(now.link), url: urlOf(now.world, endpoint) }
      : undefined,
  ),
  launch("MASTER_WORLD_RUNNING", "register", (now, before) =>
    now?.phase === "running" && !isRegistered(before) ? { key: now.world, pid: now.pid } : undefined,
  ),
  launch("MASTER_WORLD_TESTING", "register", (now, before) =>
    now?.phase === "testing" && before?.phase === "starting" ? { key: now.world, pid: now.pid } : undefined,
  ),
  launch("MASTER_WORLD_PROVED", "tested", (now, before) =>
    now?.phase === "running" && before?.phase === "testing" ? { key: now.world, pid: now.pid } : undefined,
  ),
  launch("MASTER_WORLD_DRAINING", "drain", (now, before, { target, inMs }) =>
    now?.drain && now.drain !== before?.drain
      ? { key: now.world, pid: now.pid, to: target, in_ms: inMs }
      : undefined,
  ),
  launch("MASTER_WORLD_PLAYERS", "any", (now, before) =>
    now && inside(now) !== inside(before) ? { key: now.world, count: inside(now) } : undefined,
  ),
  launch("MASTER_WORLD_JOIN_RESERVED", "expect", (now, before) => {
    const guest = onlyIn(now, before);
    return now && guest && { key: now.world, peer: idOf(guest.session), pending: expected(now).length };
  }),
  launch("MASTER_WORLD_JOIN_RELEASED", "any", (now, before) => {
    const guest = now && onlyIn(before, now);
    return guest && { key: now.world, peer: idOf(guest.session), pending: expected(now).length };
  }),
  launch("MASTER_WORLD_IDLE", "deadline", (now, before) =>
    now?.phase === "closing" && before?.phase === "running" ? { key: now.world, players: 0 } : undefined,
  ),
  launch("MASTER_WORLD_EXPIRED", "deadline", (now, before) =>
    before?.phase === "suspect" && now?.phase === "stopping" ? { key: now.world } : undefined,
  ),
  launch("MASTER_WORLD_DEREGISTERED", "any", (now, before) => {
    if (!before || !isRegistered(before) || isRegistered(now) || now?.phase === "stopping") return undefined;
    return { key: before.world, reason: now ? "link_lost" : "process_exited" };
  }),
  launch("MASTER_WORLD_STOP_REQUESTED", "any", (now, before) =>
    now?.phase === "stopping" && before?.phase !== "stopping"
      ? { key: now.world, reason: now.reason }
      : undefined,
  ),
  launch("MASTER_WORLD_KILLED", "deadline", (now, before) =>
    isKilled(now, before) ? { key: now?.world, pid: now?.pid, reason: reasonOf(now) } : undefined,
  ),
  launch("MASTER_WORLD_KILLED", "stop", (now, before) =>
    isKilled(now, before) ? { key: now?.world, pid: now?.pid, reason: reasonOf(now) } : undefined,
  ),
  launch(
    "MASTER_WORLD_STOPPED",
    "exited",
    (_, before) =>
      before && { key: before.world, pid: before.pid, reason: reasonOf(before) ?? "process_exited" },
  ),
  launch("WORLD_JOIN_STATE_CLEARED", "exited", (_, before) =>
    guests(before).length > 0
      ? { key: before?.world, inside: inside(before), expected: expected(before).length }
      : undefined,
  ),
];

const travelRows = [
  travel(
    "TRAVEL_LEASE_CREATED",
    "begin",
    (now) =>
      now && {
        peer: peerOf(now),
        target: now.journey.target.world,
        source: now.journey.source?.world ?? "none",
      },
  ),
  travel("WORLD_JOIN_REQUEST_RECEIVED", "redeem", (now, before) =>
    now?.phase === "starting" && before !== now
      ? { peer: peerOf(now), key: now.journey.target.world }
      : undefined,
  ),
  travel("WORLD_JOIN_APPROVED", "acked", (now) =>
    now?.phase === "admitted" ? { peer: peerOf(now), key: now.journey.target.world } : undefined,
  ),
  travel("WORLD_JOIN_TICKET_ACK_TIMEOUT", "deadline", (_, before) =>
    before?.phase === "expecting" ? { peer: peerOf(before), key: before.journey.target.world } : undefined,
  ),
];

const accountOf = (state: Session | undefined): string | undefined =>
  state && "identity" in state && state.identity.account ? state.identity.name : undefined;

/** The only two lines that name an account. */
const sessionRows = [
  session("MASTER_LOGIN", "claimed", (now, before) => {
    const account = accountOf(now);
    if (account === undefined || now === before) return undefined;
    return { account, world: now?.phase === "travelling" ? now.target : undefined };
  }),
  session("MASTER_LOGOUT", "named", (now, before) => {
    const account = accountOf(before);
    return account !== undefined && now !== before ? { account } : undefined;
  }),
  session("WORLD_JOIN_REQUEST_RECEIVED", "world.join", (_, __, { world }) => ({ key: world })),
  session("WORLD_REJOIN_REQUEST_RECEIVED", "world.rejoin", (_, __, { world }) => ({ key: world })),
];

const channelRows = [
  channel("[CHAT] received from", "say", (now, before, said) =>
    now && now.lines > (before?.lines ?? 0) ? { peer: idOf(said.session) } : undefined,
  ),
  channel("[CHAT] rate limited", "say", (now, before, said) =>
    now === before && (before?.talkers[said.session]?.length ?? 0) > 0
      ? { peer: idOf(said.session) }
      : undefined,
  ),
];

const rows: readonly Row[] = [...worldRows, ...launchRows, ...travelRows, ...sessionRows, ...channelRows];

const byKind = Map.groupBy(rows, ({ kind }) => kind);

/** Every marker line a transition stands for, in the table's order. */
export function markersOf(event: Transition, facts: MarkerFacts): string[] {
  if (!event.handled) return [];
  const kind = kindOf(event.id);
  return (byKind.get(kind) ?? []).flatMap((row) => {
    if (row.input !== event.input && row.input !== "any") return [];
    const fields = row.fields(event, facts);
    return fields ? [markerLine(row.name, { ...whoseLine(kind, event), ...fields })] : [];
  });
}

/** A session's own lines name it as `peer`, a journey's as `id`; a world's by key, a launch's by key and pid. */
function whoseLine(kind: string, { id }: Transition): Fields {
  if (kind === "session") return { peer: idOf(id) };
  if (kind === "world") return { key: idOf(id) };
  return kind === "travel" ? { id: idOf(id) } : {};
}
