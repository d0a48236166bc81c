import type { RulesWorld, WorldRules } from "#shared/world-rules.ts";
import type { Log } from "./log.ts";
import type { Simulation } from "./simulation.ts";

const errorsAllowed = 3;

/** A world's own rules on a leash: what they throw is logged, and the third time ends them. */
export class Rules {
  readonly #simulation: Simulation;
  readonly #log: Log;
  readonly #world: RulesWorld;
  #rules: WorldRules | undefined;
  #errors = 0;

  constructor(rules: WorldRules | undefined, key: string, simulation: Simulation, log: Log) {
    this.#rules = rules;
    this.#simulation = simulation;
    this.#log = log;
    this.#world = {
      key,
      get tick() {
        return simulation.tick;
      },
      players: () => [...simulation.players().values()],
      move: (id, { x, y }) => {
        const [admission, player] = [...simulation.players()].find(([, player]) => player.id === id) ?? [];
        return admission !== undefined && simulation.move(admission, { x, y, facing: player?.facing ?? 0 });
      },
    };
  }

  enter(admission: string): void {
    const player = this.#simulation.playerOf(admission);
    if (player) this.#guard("onEnter", (rules) => rules.onEnter?.(player, this.#world));
  }

  /** To be called while the player is still there. */
  leave(admission: string): void {
    const player = this.#simulation.playerOf(admission);
    if (player) this.#guard("onLeave", (rules) => rules.onLeave?.(player, this.#world));
  }

  tick(): void {
    this.#guard("onTick", (rules) => rules.onTick?.(this.#world));
  }

  #guard(hook: keyof WorldRules, call: (rules: WorldRules) => unknown): void {
    if (!this.#rules) return;
    try {
      const result = call(this.#rules);
      // A rule that is async after all must not end the process either.
      if (result instanceof Promise) result.catch((error: unknown) => this.#failed(hook, error));
    } catch (error) {
      this.#failed(hook, error);
    }
  }

  #failed(hook: keyof WorldRules, error: unknown): void {
    this.#errors++;
    this.#log.error("rules.failed", `${hook} threw: ${String(error)}`, { hook });
    if (this.#errors < errorsAllowed || !this.#rules) return;
    this.#rules = undefined;
    this.#log.error("rules.disabled", `the rules of this world are off after ${errorsAllowed} errors`);
  }
}
