import { Counter, type Registry } from "prom-client";
import type { World } from "#core/world/world.ts";
import type { Transition } from "#engine/ports.ts";
import { type Address, idOf } from "#shared/address.ts";

/** How the launches of worlds follow one another: those that failed, and those that took over or could not. */
export class SuccessionCount {
  readonly #failures: Counter<"world">;
  readonly #upgrades: Counter<"result">;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#failures = new Counter({
      name: "portcade_world_failures_total",
      help: "Launches of a world that ended otherwise than asked",
      labelNames: ["world"],
      registers,
    });
    this.#upgrades = new Counter({
      name: "portcade_upgrades_total",
      help: "Launches that were to take over from another: done, or failed and nothing changed",
      labelNames: ["result"],
      registers,
    });
    for (const result of ["done", "failed"]) this.#upgrades.inc({ result }, 0);
  }

  /** A world took an input. */
  transition({ id, cause, body, state, previous }: Transition): void {
    const before = previous as World | undefined;
    const now = state as World | undefined;
    const isFailure = body.type === "ended" && "cause" in body && body.cause !== undefined;
    if (isFailure && launchOf(before) === cause) this.#failures.inc({ world: idOf(id) });
    const heir = heirOf(before);
    if (heir === undefined || heirOf(now) !== undefined) return;
    this.#upgrades.inc({ result: launchOf(now) === heir ? "done" : "failed" });
  }
}

const launchOf = (state: World | undefined): Address | undefined =>
  state && "launch" in state ? state.launch : undefined;
const heirOf = (state: World | undefined): Address | undefined =>
  state && "heir" in state ? state.heir?.launch : undefined;
