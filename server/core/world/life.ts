import { idOf, type Address } from "#shared/address.ts";
import type { Turn } from "../inbox.ts";
import { compare, say, scatter } from "./guests.ts";
import type { Got, In, Launch } from "./launch.ts";

/** The life of a launch: start, registration, heartbeats, idle stop, silence, exit. */

const killAgainMs = 1000;

export function begin(_: undefined, { world }: Got<"begin">, turn: Turn): Launch {
  const { token, hash } = turn.newSecret();
  turn.send("host:local", { type: "launch", launch: idOf(turn.self), world, token });
  return {
    phase: "starting",
    world,
    tokenHash: hash,
    guests: {},
    wakeAt: turn.now + turn.facts.limits.startMs,
  };
}

export function started<S extends Launch>(state: S, { pid }: Got<"started">): S {
  return { ...state, pid };
}

/**
 * Bound to launch and connection; the newest connection wins, and the close of an older one is ignored.
 * A fresh launch must be of this very version; one that comes back was checked when it was fresh.
 */
export function register(
  state: In<"starting" | "running" | "suspect" | "closing">,
  input: Got<"register">,
  turn: Turn,
): Launch {
  const link = turn.from as Address<"launch-link">;
  if (input.tokenHash !== state.tokenHash || input.world !== state.world)
    return refuseLink(state, input, turn);
  if (state.phase === "starting" && input.version !== turn.facts.version) {
    turn.send(link, { type: "registration.refused", reason: "version_mismatch" });
    return toStopping(state, "version_mismatch", turn);
  }
  if ("link" in state && state.link !== link)
    turn.send(state.link, { type: "close", why: "registrationRefused" });
  const { limits } = turn.facts;
  turn.send(link, { type: "registered", heartbeatMs: limits.heartbeatMs });
  turn.send(`world:${state.world}`, { type: "opened", endpoint: input.endpoint });
  const { world, tokenHash, guests } = state;
  const live: In<"running"> = {
    phase: "running",
    world,
    tokenHash,
    pid: input.pid,
    guests,
    link,
    endpoint: input.endpoint,
    heardAt: turn.now,
    auditedAt: turn.now,
    wakeAt: turn.now,
  };
  return hear(live, input.roster, true, turn);
}

export function refuseLink<S extends Launch | undefined>(state: S, _: unknown, turn: Turn): S {
  const link = turn.from as Address<"launch-link">;
  turn.send(link, { type: "registration.refused", reason: "not_wanted" });
  turn.send(link, { type: "close", why: "registrationRefused" });
  return state;
}

export function heartbeat(
  state: In<"running" | "closing">,
  { roster }: Got<"heartbeat">,
  turn: Turn,
): Launch {
  if (turn.from !== state.link) return state;
  return hear(state, roster, turn.now >= state.auditedAt + turn.facts.limits.rosterAuditMs, turn);
}

function hear<S extends In<"running" | "closing">>(
  state: S,
  roster: Got<"heartbeat">["roster"],
  isAudit: boolean,
  turn: Turn,
): S {
  const guests = compare(state, roster, isAudit, turn);
  const auditedAt = isAudit ? turn.now : state.auditedAt;
  if (state.phase === "closing") return { ...state, guests, auditedAt, heardAt: turn.now };
  // An idle stop never comes before the last ticket has expired (S5).
  const idleSince = Object.keys(guests).length > 0 ? undefined : (state.idleSince ?? turn.now);
  return alarm({ ...state, guests, auditedAt, heardAt: turn.now, idleSince }, turn);
}

function alarm<S extends In<"running" | "closing">>(state: S, turn: Turn): S {
  const { suspectMs, idleMs } = turn.facts.limits;
  const idleBy = (state.idleSince ?? Infinity) + idleMs;
  return { ...state, wakeAt: Math.min(state.heardAt + suspectMs, idleBy) };
}

/** Silent worlds are doubted first; empty ones are asked whether they are really empty. */
export function overdue(state: In<"running">, _: unknown, turn: Turn): Launch {
  const { suspectMs, stopMs, idleMs } = turn.facts.limits;
  if (turn.now >= state.heardAt + suspectMs) return doubt(state, turn);
  if (Object.keys(state.guests).length > 0) return alarm({ ...state, idleSince: undefined }, turn);
  if (turn.now < (state.idleSince ?? Infinity) + idleMs) return alarm(state, turn);
  turn.send(`world:${state.world}`, { type: "closing" });
  say(state, { type: "stop.prepare" }, turn);
  return { ...state, phase: "closing", wakeAt: turn.now + stopMs };
}

/** Unrouted, its socket closed: a live process comes back with a registration, a dead one is stopped. */
function doubt(state: In<"running" | "closing">, turn: Turn): Launch {
  say(state, { type: "close", why: "tooSlow" }, turn);
  return suspect(state, turn);
}

function suspect(
  { world, tokenHash, pid, guests, endpoint, heardAt }: In<"running" | "closing">,
  turn: Turn,
): Launch {
  turn.send(`world:${world}`, { type: "closing" });
  return {
    phase: "suspect",
    world,
    tokenHash,
    pid,
    guests,
    endpoint,
    heardAt,
    wakeAt: deadAt(heardAt, turn),
  };
}

/** Counted anew from the doubt when that is later: after a restart of the master nobody was listening. */
function deadAt(heardAt: number, { now, facts }: Turn): number {
  const { suspectMs, deadMs } = facts.limits;
  return Math.max(heardAt + deadMs, now + deadMs - suspectMs);
}

export function linkClosed(state: In<"running" | "closing">, _: unknown, turn: Turn): Launch {
  return turn.from === state.link ? suspect(state, turn) : state;
}

export function ready(state: In<"closing">, _: unknown, turn: Turn): Launch {
  if (turn.from !== state.link) return state;
  say(state, { type: "stop", reason: "idle" }, turn);
  return toStopping(state, "idle", turn);
}

export function busy(state: In<"closing">, _: unknown, turn: Turn): Launch {
  if (turn.from !== state.link) return state;
  turn.send(`world:${state.world}`, { type: "opened", endpoint: state.endpoint });
  return alarm({ ...state, phase: "running", idleSince: undefined }, turn);
}

/** No answer to "are you empty?": that is silence, not consent. */
export function askToStop(state: In<"closing">, _: unknown, turn: Turn): Launch {
  return doubt(state, turn);
}

export function startTimeout(state: In<"starting">, _: unknown, turn: Turn): Launch {
  return kill("start_timeout")(state, undefined, turn);
}

export function tooSilent(state: In<"suspect">, _: unknown, turn: Turn): Launch {
  return kill("heartbeat_timeout")(state, undefined, turn);
}

/** Asked politely; killed at the deadline whatever it says. */
export function stop(state: In<"running" | "closing">, { reason }: Got<"stop">, turn: Turn): Launch {
  turn.send(`world:${state.world}`, { type: "closing" });
  say(state, { type: "stop", reason }, turn);
  return toStopping(state, reason, turn);
}

export function kill(reason: string) {
  return (state: Launch, _: unknown, turn: Turn): Launch => {
    turn.send("host:local", { type: "kill", launch: idOf(turn.self), pid: state.pid });
    return { ...toStopping(state, reason, turn), wakeAt: turn.now + killAgainMs };
  };
}

/** The kill deadline holds whatever the state, and is asked for again until the process is gone. */
export function killAgain(state: In<"stopping">, _: unknown, turn: Turn): Launch {
  turn.send("host:local", { type: "kill", launch: idOf(turn.self), pid: state.pid });
  return { ...state, wakeAt: turn.now + killAgainMs };
}

function toStopping(state: Launch, reason: string, turn: Turn): In<"stopping"> {
  const { world, tokenHash, pid, guests } = state;
  const link = "link" in state ? { link: state.link } : {};
  return {
    phase: "stopping",
    world,
    tokenHash,
    pid,
    guests,
    reason,
    wakeAt: turn.now + turn.facts.limits.stopMs,
    ...link,
  };
}

/** The process's exit is authoritative at once, whatever was thought of it. */
export function exited(state: Launch, _: unknown, turn: Turn): undefined {
  const isWanted = state.phase === "stopping" && ["idle", "stopped", "shutdown"].includes(state.reason);
  scatter(state, isWanted ? "left" : "crashed", turn);
  turn.send(`world:${state.world}`, { type: "ended", failed: !isWanted });
  return undefined;
}

export function unavailable<S extends Launch | undefined>(
  state: S,
  { admission }: Got<"expect">,
  turn: Turn,
): S {
  turn.send(turn.from as Address<"travel">, { type: "refused", admission, reason: "world_unavailable" });
  return state;
}
