import { idOf, type Address } from "#shared/address.ts";
import type { Turn } from "../inbox.ts";
import { alarm, drainEnd, idleBy } from "./alarm.ts";
import { goOnDraining } from "./draining.ts";
import { answerTickets, compare, type Look, say } from "./guests.ts";
import type { Got, In, Launch } from "./launch.ts";
import { kept, kill, toStopping } from "./stopping.ts";
import { handOn } from "./succession.ts";

/** The life of a launch: start, registration, heartbeats, idle stop, silence, exit. */

export function begin(_: undefined, { world, isHeir }: Got<"begin">, turn: Turn): Launch {
  turn.send(`memory:${world}`, { type: "recall" });
  return {
    phase: "starting",
    world,
    tokenHash: "",
    pack: turn.facts.packOf(world)?.sha256,
    isHeir,
    guests: {},
    wakeAt: turn.now + turn.facts.limits.startMs,
  };
}

/** The process starts with what its world wanted remembered. */
export function recalled(state: In<"starting">, { text }: Got<"recalled">, turn: Turn): Launch {
  if (state.tokenHash !== "") return state;
  const { token, hash } = turn.newSecret();
  const { world } = state;
  turn.send("host:local", { type: "launch", launch: idOf(turn.self), world, token, state: text });
  return { ...state, tokenHash: hash };
}

export function started<S extends Launch>(state: S, { pid }: Got<"started">): S {
  return { ...state, pid };
}

/**
 * Bound to launch and connection; the newest connection wins, and the close of an older one is ignored.
 * A fresh launch must be of this very version; one that comes back was checked when it was fresh.
 */
export function register(
  state: In<"starting" | "testing" | "running" | "suspect" | "closing">,
  input: Got<"register">,
  turn: Turn,
): Launch {
  const link = turn.from as Address<"launch-link">;
  const isOurs = input.tokenHash === state.tokenHash && input.world === state.world;
  // A process that has met a newer master is not ours to command.
  if (!isOurs || (input.epoch ?? 0) > turn.facts.masterEpoch) return refuseLink(state, input, turn);
  if (state.phase === "starting" && input.version !== turn.facts.version) {
    turn.send(link, {
      type: "registration.refused",
      reason: "version_mismatch",
      epoch: turn.facts.masterEpoch,
    });
    return toStopping(state, "version_mismatch", turn);
  }
  if (state.phase === "starting" && isRebuilt(state, turn)) {
    turn.send(link, { type: "registration.refused", reason: "not_wanted", epoch: turn.facts.masterEpoch });
    return toStopping(state, "pack_changed", turn);
  }
  if ("link" in state && state.link !== link)
    turn.send(state.link, { type: "close", why: "registrationRefused" });
  const { limits, masterEpoch } = turn.facts;
  turn.send(link, { type: "registered", heartbeatMs: limits.heartbeatMs, epoch: masterEpoch });
  const { endpoint } = input;
  const live = {
    ...kept(state),
    pid: input.pid,
    link,
    endpoint,
    heardAt: turn.now,
    auditedAt: turn.now,
    wakeAt: turn.now,
  };
  const isNew = state.phase === "starting" || state.phase === "testing";
  if (isNew && state.isHeir) {
    turn.send(link, { type: "test" });
    return { ...live, phase: "testing", wakeAt: turn.now + limits.testMs };
  }
  if (!state.drain) turn.send(`world:${state.world}`, { type: "opened", endpoint, pack: state.pack });
  const running = hear(handOn({ ...live, phase: "running" }, turn), input.roster, "registration", turn);
  return { ...running, guests: answerTickets(running, input.roster, turn) };
}

/** S27: its pack was replaced while it started, and nobody can tell which files the process has read. */
function isRebuilt({ world, pack }: Launch, { facts }: Turn): boolean {
  const now = facts.packOf(world)?.sha256;
  return pack !== undefined && now !== undefined && now !== pack;
}

export function refuseLink<S extends Launch | undefined>(state: S, _: unknown, turn: Turn): S {
  const link = turn.from as Address<"launch-link">;
  turn.send(link, { type: "registration.refused", reason: "not_wanted", epoch: turn.facts.masterEpoch });
  turn.send(link, { type: "close", why: "registrationRefused" });
  return state;
}

export function heartbeat(
  state: In<"testing" | "running" | "closing">,
  { roster }: Got<"heartbeat">,
  turn: Turn,
): Launch {
  if (turn.from !== state.link || state.phase === "testing") return state;
  const isDue = turn.now >= state.auditedAt + turn.facts.limits.rosterAuditMs;
  return hear(state, roster, isDue ? "audit" : "hint", turn);
}

function hear(
  state: In<"running" | "closing">,
  roster: Got<"heartbeat">["roster"],
  look: Look,
  turn: Turn,
): Launch {
  const guests = compare(state, roster, look, turn);
  const auditedAt = look !== "hint" ? turn.now : state.auditedAt;
  if (state.phase === "closing") return { ...state, guests, auditedAt, heardAt: turn.now };
  // An idle stop never comes before the last ticket has expired (S5).
  const idleSince = Object.keys(guests).length > 0 ? undefined : (state.idleSince ?? turn.now);
  return alarm({ ...state, guests, auditedAt, heardAt: turn.now, idleSince }, turn);
}

/** Silent worlds are doubted first; empty ones are asked whether they are really empty. */
export function overdue(state: In<"running">, _: unknown, turn: Turn): Launch {
  const { suspectMs, stopMs } = turn.facts.limits;
  const { drain } = state;
  if (turn.now >= state.heardAt + suspectMs) return doubt(state, turn);
  const isEmpty = Object.keys(state.guests).length === 0;
  if (drain && (!isEmpty || turn.now >= drainEnd(drain, turn)))
    return goOnDraining({ ...state, drain, idleSince: isEmpty ? state.idleSince : undefined }, turn);
  if (!isEmpty) return alarm({ ...state, idleSince: undefined }, turn);
  if (turn.now < idleBy(state, turn)) return alarm(state, turn);
  turn.send(`world:${state.world}`, { type: "closing" });
  say(state, { type: "stop.prepare" }, turn);
  return { ...state, phase: "closing", wakeAt: turn.now + stopMs };
}

/** Unrouted, its socket closed: a live process comes back with a registration, a dead one is stopped. */
function doubt(state: In<"running" | "closing">, turn: Turn): Launch {
  say(state, { type: "close", why: "tooSlow" }, turn);
  return suspect(state, turn);
}

function suspect(state: In<"running" | "closing">, turn: Turn): Launch {
  const { endpoint, heardAt } = state;
  turn.send(`world:${state.world}`, { type: "closing" });
  return { ...kept(state), phase: "suspect", endpoint, heardAt, wakeAt: deadAt(heardAt, turn) };
}

/** A master came up: whoever its predecessor doubted gets its time to register with this one. */
export function waitAnew(state: In<"suspect">, _: unknown, turn: Turn): Launch {
  return { ...state, wakeAt: deadAt(state.heardAt, turn) };
}

/** Counted anew from the doubt when that is later: after a restart of the master nobody was listening. */
function deadAt(heardAt: number, { now, facts }: Turn): number {
  const { suspectMs, deadMs } = facts.limits;
  return Math.max(heardAt + deadMs, now + deadMs - suspectMs);
}

export function linkClosed(state: In<"testing" | "running" | "closing">, _: unknown, turn: Turn): Launch {
  if (turn.from !== state.link) return state;
  return state.phase === "testing" ? kill("link_lost")(state, undefined, turn) : suspect(state, turn);
}

export function ready(state: In<"closing">, _: unknown, turn: Turn): Launch {
  if (turn.from !== state.link) return state;
  say(state, { type: "stop", reason: "idle" }, turn);
  return toStopping(state, "idle", turn);
}

export function busy(state: In<"closing">, _: unknown, turn: Turn): Launch {
  if (turn.from !== state.link) return state;
  const { world, endpoint, pack, drain } = state;
  if (!drain) turn.send(`world:${world}`, { type: "opened", endpoint, pack });
  return alarm({ ...state, phase: "running", idleSince: undefined }, turn);
}

/** No answer to "are you empty?": that is silence, not consent. */
export function askToStop(state: In<"closing">, _: unknown, turn: Turn): Launch {
  return doubt(state, turn);
}

/** A master came up: while there was none a process had nobody to register with. */
export function startAnew(state: In<"starting">, _: unknown, turn: Turn): Launch {
  return { ...state, wakeAt: turn.now + turn.facts.limits.startMs };
}

export function startTimeout(state: In<"starting">, _: unknown, turn: Turn): Launch {
  return kill("start_timeout")(state, undefined, turn);
}

export function tooSilent(state: In<"suspect">, _: unknown, turn: Turn): Launch {
  return kill("heartbeat_timeout")(state, undefined, turn);
}

export function unavailable<S extends Launch | undefined>(
  state: S,
  { admission }: Got<"expect">,
  turn: Turn,
): S {
  turn.send(turn.from as Address<"travel">, { type: "refused", admission, reason: "world_unavailable" });
  return state;
}
