import { idOf, type Address } from "#shared/address.ts";
import type { Turn } from "../inbox.ts";
import type { Attached, Got, Hello, Naming, Session } from "./session.ts";

/** Connections come and go; the session stays for a grace time. */

export function player(turn: Turn): Address<"player"> {
  return `player:${idOf(turn.self)}`;
}

/** Only the connection the session has now is heard: an old tab's late words change nothing. */
export function attached<S extends Attached, I>(
  handle: (state: S, input: I, turn: Turn) => Session | undefined,
): (state: S, input: I, turn: Turn) => Session | undefined {
  return (state, input, turn) => (turn.from === state.client ? handle(state, input, turn) : state);
}

/** A client that begins one journey after the other is told to wait; nobody who plays ever meets this. */
export function paced<S extends Attached, I extends { id: number }>(
  handle: (state: S, input: I, turn: Turn) => Attached,
): (state: S, input: I, turn: Turn) => Session {
  return (state, input, turn) => {
    const { journeyRequests, journeyRequestsMs } = turn.facts.limits;
    const asked = (state.asked ?? []).filter((at) => at > turn.now - journeyRequestsMs);
    if (asked.length >= journeyRequests) {
      turn.send(player(turn), { type: "denied", re: input.id, reason: "too_many_requests" });
      return state;
    }
    const next = handle(state, input, turn);
    return next === state ? state : { ...next, asked: [...asked, turn.now] };
  };
}

/** The version gate comes before everything: a refused client leaves no trace. */
export function open(_: undefined, { hello }: Got<"open">, turn: Turn): Naming | undefined {
  const client = turn.from as Address<"client">;
  const { re, version } = hello;
  if (hello.resumeHash !== undefined) turn.send(client, { type: "resume.unknown" });
  else if (hello.protocol === undefined)
    turn.send(client, {
      type: "reject",
      re,
      reason: "protocol_unsupported",
      client: version,
      close: "protocolUnsupported",
    });
  else if (version !== turn.facts.version)
    turn.send(client, {
      type: "reject",
      re,
      reason: "version_mismatch",
      client: version,
      close: "versionMismatch",
    });
  else {
    turn.send("lobby:main", { type: "enter" });
    return { phase: "naming", client, hello };
  }
  return undefined;
}

/** Binds the connection and hands out a fresh resume token. */
export function welcome<S extends Attached>(state: S, hello: Hello, resumed: boolean, turn: Turn): S {
  const { token, hash } = turn.newSecret();
  const session = idOf(turn.self);
  const admission = "admission" in state ? state.admission : undefined;
  turn.send(state.client as Address<"client">, {
    type: "attach",
    session,
    missedSince: hello.missedSince,
    welcome: {
      re: hello.re,
      session,
      resume: `${session}.${token}`,
      resumed,
      protocol: hello.protocol as number,
      version: turn.facts.version,
      name: state.identity.name,
      guest: state.identity.account === undefined,
      worlds: [...turn.facts.worlds.values()].map(({ key, name }) => ({ key, name })),
      initial: turn.facts.initialWorld,
      ...(admission && { admission: { admission: admission.id, world: admission.world } }),
    },
  });
  return { ...state, resumeHash: hash };
}

export function closed<S extends Attached>(state: S, _: unknown, turn: Turn): S {
  // A master that has just begun: whoever had no connection to the one before could not come back since.
  if (turn.from !== state.client && turn.from !== "master:local") return state;
  const left = { ...state, client: undefined, wakeAt: turn.now + turn.facts.limits.detachGraceMs };
  const isSummoned = "admission" in left && left.admission?.summons !== undefined;
  if (!isSummoned || turn.from !== "master:local") return left;
  // Their launch may not have found this master yet, and asks when it has. Between engines it may only ask again.
  return { ...left, admission: { ...left.admission, summons: undefined } };
}

/** Nobody came back. */
export function deadline(state: Attached, _: unknown, turn: Turn): undefined {
  return end(state, turn);
}

/** Lets go of everything the session holds; avatars, journeys and accounts must not outlive it. */
export function end(state: Attached, turn: Turn, except?: Address<"account">): undefined {
  if (state.phase === "travelling") turn.send(state.travel, { type: "release", reason: "session_expired" });
  if ("admission" in state && state.admission)
    turn.send(state.admission.launch, {
      type: "kick",
      admission: state.admission.id,
      reason: "session_expired",
    });
  for (const account of [state.identity.account, state.leaving])
    if (account && account !== except)
      turn.send(account, { type: "release", place: placeFor(state, account) });
  turn.send("channel:all", { type: "forget", session: turn.self as Address<"session"> });
  turn.send("lobby:main", { type: "leave" });
  return undefined;
}

/** Where an account's player stands; nothing while the avatar in the world is still somebody else. */
export function placeFor(state: Attached, account: Address<"account">): Attached["place"] {
  if (!("admission" in state) || !state.admission) return state.leaving ? undefined : state.place;
  return state.admission.identity.account === account ? state.place : undefined;
}
