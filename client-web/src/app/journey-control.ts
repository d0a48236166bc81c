import { limits } from "#shared/limits.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import type { FromClient, ToClient } from "#shared/protocol/client-master.ts";
import { refusals, type Refusal } from "#shared/refusal.ts";
import { isOlder, protocol } from "#shared/version.ts";
import { backoff, reconnectWait } from "./journey-ask.ts";
import type { Journey, JourneyInput, Turn } from "./journey-state.ts";
import { drop } from "./journey-travel.ts";
import type { Prompt } from "./view.ts";

/** The control socket: dialling it, greeting, and losing it without losing the player. */

type Got<T extends JourneyInput["type"]> = Extract<JourneyInput, { type: T }>;
type Heard<T extends ToClient["type"]> = Extract<ToClient, { type: T }>;

const dialMs = 5_000;
/** Between two looks whether the server has the page's version by now, at the middle of its spread. */
const releaseMs = 5_000;
/** Close codes from here on are the master's own. */
const ownCodes = 4_000;

export function dial(journey: Journey, tries: number, turn: Turn): Journey {
  const number = turn.id();
  const prompt = journey.control.phase === "waiting" ? journey.control.prompt : undefined;
  turn.effects.push({ type: "dial.control", dial: number });
  return { ...journey, control: { phase: "dialing", dial: number, until: turn.now + dialMs, tries, prompt } };
}

export function opened(journey: Journey, input: Got<"control.opened">, turn: Turn): Journey {
  const { control, resume, options } = journey;
  if (control.phase !== "dialing" || control.dial !== input.dial) return journey;
  const re = turn.id();
  const message: FromClient = {
    type: "hello",
    id: re,
    protocol: { oldest: protocol.oldest, newest: protocol.newest },
    version: options.version,
    ...(resume && { resume }),
  };
  turn.effects.push({ type: "send.control", dial: control.dial, message });
  return { ...journey, control: { ...control, phase: "greeting", re, until: turn.now + limits.helloMs } };
}

export function closed(journey: Journey, { dial, code }: Got<"control.closed">, turn: Turn): Journey {
  const { control } = journey;
  if (!("dial" in control) || control.dial !== dial) return journey;
  switch (code) {
    case closeCodes.continuedElsewhere.code:
      return halt(journey, { kind: "continued_elsewhere" }, turn);
    case closeCodes.versionMismatch.code:
      return halt(journey, { kind: "connection_rejected", reason: "version_mismatch" }, turn);
    case closeCodes.protocolUnsupported.code:
      return halt(journey, { kind: "connection_rejected", reason: "protocol_unsupported" }, turn);
    case closeCodes.originRefused.code:
      // Who plays already is not thrown out by a master that has other settings since.
      return journey.session
        ? lose(journey, turn, { isSaid: true })
        : halt(journey, { kind: "site_refused" }, turn);
    default:
      return lose(journey, turn, { isSaid: code >= ownCodes });
  }
}

/** The dial or the greeting took too long, or the wait is over. */
export function wakeControl(journey: Journey, turn: Turn): Journey {
  const { control } = journey;
  if (control.phase === "waiting")
    return control.at <= turn.now ? dial(journey, control.tries, turn) : journey;
  if (control.phase === "up" || control.phase === "halted" || control.until > turn.now) return journey;
  turn.effects.push({ type: "close.control", dial: control.dial });
  return lose(journey, turn);
}

/** Do not wait any longer: the player says it is worth a try. */
export function retry(journey: Journey, turn: Turn): Journey {
  const { phase } = journey.control;
  return phase === "waiting" || phase === "halted" ? dial(journey, 0, turn) : journey;
}

/** The network is back, or the machine awake. A master that named a time is not there before it. */
export function hasten(journey: Journey, turn: Turn): Journey {
  const { control } = journey;
  return control.phase === "waiting" && !control.isNamed ? dial(journey, 0, turn) : journey;
}

export function welcomed(journey: Journey, welcome: Heard<"welcome">, turn: Turn): Journey {
  const { control, resume } = journey;
  if (control.phase !== "greeting") return journey;
  const { epoch, resumed, complete, admission, chat } = welcome;
  const known = resume?.epoch === epoch ? resume : undefined;
  const seen = known ? journey.line : 0;
  const fresh = chat.filter(({ line }) => line > seen);
  const next = { token: welcome.resume, epoch, seq: known && resumed && complete ? known.seq : welcome.seq };
  turn.effects.push({ type: "remember", resume: next });
  for (const { name, text } of fresh) turn.effects.push({ type: "chat", line: { name, text } });
  const kept = resumed ? journey : newcomer(journey, turn);
  return {
    ...kept,
    travel: homeward(kept, admission !== undefined, turn),
    control: { phase: "up", dial: control.dial },
    session: {
      id: welcome.session,
      name: welcome.name,
      guest: welcome.guest,
      initial: welcome.initial,
      worlds: Object.fromEntries(welcome.worlds.map(({ key, name }) => [key, name])),
    },
    resume: next,
    home: admission?.world ?? (resumed ? journey.home : undefined),
    isSavingPaused: false,
    update: undefined,
    backAt: undefined,
    line: fresh.at(-1)?.line ?? seen,
  };
}

/**
 * Who is admitted to a world that is not on screen has no lease to wait for: the page was loaded anew. A redeem
 * may have been lost with the old connection, or its ticket with the old master: it is said again, unless the ticket
 * is among what is replayed now.
 */
function homeward({ world, travel }: Journey, isAdmitted: boolean, { now }: Turn): Journey["travel"] {
  if (travel?.phase === "redeeming") {
    const { lease, attempt } = travel;
    return { phase: "pausing", lease, attempt, until: now + limits.travelRetryMs };
  }
  if (travel?.phase === "entering")
    return { ...travel, until: Math.max(travel.until, now + limits.ticketMs) };
  return travel ?? (isAdmitted && !world?.isLive ? { phase: "stranded", at: now } : undefined);
}

/** A new session has no past: what is on screen belongs to nobody any more. */
function newcomer(journey: Journey, turn: Turn): Journey {
  const { world } = journey;
  return { ...drop(journey, turn), givenBack: undefined, world: world && { ...world, isLive: false } };
}

export function rejected(journey: Journey, { reason, server }: Heard<"rejected">, turn: Turn): Journey {
  const { control, options } = journey;
  if (control.phase !== "greeting") return journey;
  turn.effects.push({ type: "close.control", dial: control.dial });
  if (reason === "version_mismatch" && server !== undefined && isOlder(server, options.version))
    return awaitServer(journey, server, turn);
  if (reason === "version_mismatch" && server !== undefined)
    return halt(journey, { kind: "update", server, canReload: server !== options.pageVersion }, turn);
  if (reason === "continued_elsewhere") return halt(journey, { kind: reason }, turn);
  if (reason === "session_expired") return lose(forget(journey, turn), turn, { reason });
  if (refusals[reason] === "never") return halt(journey, { kind: "connection_rejected", reason }, turn);
  return lose(journey, turn, { reason });
}

/** The socket is gone; worlds, packs and leases are not. A master that gave a reason, or a time, is not pressed. */
function lose(journey: Journey, turn: Turn, why: { reason?: Refusal; isSaid?: boolean } = {}): Journey {
  const { control, travel, backAt = 0 } = journey;
  const { reason, isSaid = reason !== undefined } = why;
  const tries = "tries" in control ? control.tries + 1 : 0;
  const wait = isSaid ? backoff(tries, turn.luck) : reconnectWait(tries, turn.luck);
  const isNamed = backAt > turn.now;
  return {
    ...journey,
    control: { phase: "waiting", at: isNamed ? backAt : turn.now + wait, tries, reason, isNamed },
    asked: new Map(),
    travel: travel?.phase === "asking" ? undefined : travel,
  };
}

function halt(journey: Journey, prompt: Prompt, turn: Turn): Journey {
  const { world } = journey;
  if (world) turn.effects.push({ type: "close.world", dial: world.dial });
  return {
    ...drop(forget(journey, turn), turn),
    control: { phase: "halted", prompt },
    world: world && { ...world, isLive: false },
    asked: new Map(),
    portal: undefined,
  };
}

/** A release reaches the page's host a little before its server: that is waited for. */
function awaitServer(journey: Journey, server: string, turn: Turn): Journey {
  // A release that was taken back: the host has the older page by now.
  const canReload = server !== journey.options.pageVersion;
  const prompt = { kind: "update", server, canReload, isComing: true } as const;
  const at = turn.now + releaseMs * (0.5 + turn.luck);
  return { ...halt(journey, prompt, turn), control: { phase: "waiting", at, tries: 0, prompt } };
}

function forget(journey: Journey, turn: Turn): Journey {
  turn.effects.push({ type: "forget" });
  return { ...journey, resume: undefined };
}
