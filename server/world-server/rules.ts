import { limits } from "#shared/limits.ts";
import type { JsonValue, RulesEntity, RulesWorld, WorldRules } from "#shared/world-rules.ts";
import type { Log } from "./log.ts";
import { RulesThings } from "./rules-things.ts";
import type { Simulation } from "./simulation.ts";
import type { Talk } from "./talk.ts";
import type { World } from "./world-files.ts";

const errorsAllowed = 3;

export interface RulesDeps {
  readonly rules: WorldRules | undefined;
  readonly world: Pick<World, "key" | "rates">;
  readonly log: Log;
}

/** A world's own rules on a leash: what they throw is logged, and the third time ends them. */
export class Rules {
  readonly #simulation: Simulation;
  readonly #log: Log;
  readonly #world: RulesWorld;
  readonly #things: RulesThings;
  #rules: WorldRules | undefined;
  #errors = 0;
  /** What was saved last, as JSON. */
  #saved: string | undefined;
  /** What an earlier launch saved could not be restored, and must not be written over. */
  #isMute = false;

  constructor({ rules, world, log }: RulesDeps, simulation: Simulation, talk: Pick<Talk, "say">) {
    const things = new RulesThings(simulation);
    this.#rules = rules;
    this.#simulation = simulation;
    this.#log = log;
    this.#things = things;
    this.#world = {
      key: world.key,
      tickMs: world.rates.tickMs,
      get tick() {
        return simulation.tick;
      },
      players: () => [...simulation.players().values()],
      move: (id, { x, y }) => {
        const [admission, player] = [...simulation.players()].find(([, player]) => player.id === id) ?? [];
        return admission !== undefined && simulation.move(admission, { x, y, facing: player?.facing ?? 0 });
      },
      spawn: (what) => things.spawn(what),
      place: (id, to) => things.place(id, to),
      look: (id, change) => things.look(id, change),
      say: (id, text) => talk.say(things.known(id), text.slice(0, limits.chatLength)),
      despawn: (id) => things.despawn(id),
    };
  }

  start(): void {
    this.#guard("onStart", (rules) => rules.onStart?.(this.#world));
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

  interact(admission: string, entity: RulesEntity): void {
    const player = this.#simulation.playerOf(admission);
    if (player) this.#guard("onInteract", (rules) => rules.onInteract?.(player, entity, this.#world));
  }

  tick(): void {
    this.#guard("onTick", (rules) => rules.onTick?.(this.#world));
  }

  /** JSON of what is to be remembered; when that cannot be had, what was saved before. */
  save(): string | undefined {
    if (this.#isMute) return undefined;
    this.#guard("save", (rules) => this.#keep(JSON.stringify(atOnce(rules.save?.(this.#world)))));
    return this.#saved;
  }

  /** `text` is what an earlier launch saved. */
  restore(text: string): void {
    this.#guard("restore", (rules) => {
      this.#isMute = true;
      atOnce(rules.restore?.(JSON.parse(text) as JsonValue, this.#world));
      this.#isMute = false;
    });
  }

  #keep(text: string | undefined): void {
    if (text === undefined) return;
    const { length } = text;
    if (length <= limits.worldStateLength) this.#saved = text;
    else
      this.#log.error("rules.failed", `save made ${length} characters, too many to keep`, { hook: "save" });
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
    // Nobody would ever move it again.
    this.#things.clear();
    this.#log.error("rules.disabled", `the rules of this world are off after ${errorsAllowed} errors`);
  }
}

/** What a rule says later is said too late. @throws TypeError */
function atOnce<T>(value: T): T {
  if (!(value instanceof Promise)) return value;
  value.catch(() => {});
  throw new TypeError("it must not be async");
}
