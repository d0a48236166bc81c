import { idOf } from "#shared/address.ts";
import type { Turn } from "../inbox.ts";
import { say, scatter } from "./guests.ts";
import type { Got, In, Launch } from "./launch.ts";

/** How a launch ends: asked, killed, and gone. */

const killAgainMs = 1000;

/** Asked politely; killed at the deadline whatever it says. */
export function stop(
  state: In<"testing" | "running" | "closing">,
  { reason }: Got<"stop">,
  turn: Turn,
): Launch {
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

export function toStopping(state: Launch, reason: string, turn: Turn): In<"stopping"> {
  const link = "link" in state ? { link: state.link } : {};
  return { ...kept(state), phase: "stopping", reason, wakeAt: turn.now + turn.facts.limits.stopMs, ...link };
}

/** The process's exit is authoritative at once, whatever was thought of it. */
export function exited(state: Launch, { code, signal }: Got<"exited">, turn: Turn): undefined {
  const reason = state.phase === "stopping" ? state.reason : undefined;
  const isWanted = reason !== undefined && ["idle", "stopped", "shutdown", "drained"].includes(reason);
  const went = reason === "drained" ? "closed" : "left";
  scatter(state, isWanted ? went : "crashed", turn);
  const cause = isWanted ? undefined : (reason ?? signal ?? `exit ${code ?? "unknown"}`);
  turn.send(`world:${state.world}`, { type: "ended", cause });
  return undefined;
}

/** What a launch keeps from one phase to the next. */
export function kept(launch: Launch) {
  const { world, tokenHash, pid, pack, isHeir, drain, inherits, isUntold, follows, awaitsUntil, guests } =
    launch;
  return { world, tokenHash, pid, pack, isHeir, drain, inherits, isUntold, follows, awaitsUntil, guests };
}
