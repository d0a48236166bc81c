import type { Looks } from "#shared/protocol/snapshot-layout.ts";
import type { RulesWorld } from "#shared/world-rules.ts";
import type { Simulation } from "./simulation.ts";

type What = Parameters<RulesWorld["spawn"]>[0];
type To = Parameters<RulesWorld["place"]>[1];
type Change = Parameters<RulesWorld["look"]>[1];

const nameMost = 32;
const spriteMost = 64;

/** What a world's rules have put into it. They can touch nothing else, and what makes no sense throws a RangeError. */
export class RulesThings {
  readonly #simulation: Simulation;
  readonly #ids = new Set<number>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  spawn({ kind, name, sprite, x, y, facing = 0 }: What): number {
    if (kind !== "npc" && kind !== "thing") throw new RangeError(`there is no kind ${String(kind)}`);
    const looks: Looks = { kind, name: nameOf(name), guest: false, sprite: spriteOf(sprite) };
    const id = this.#simulation.spawn(looks, this.#bodyAt({ x, y, facing }));
    this.#ids.add(id);
    return id;
  }

  place(id: number, { x, y, facing }: To): void {
    const was = this.#simulation.entityOf(this.known(id));
    this.#simulation.moveThing(id, this.#bodyAt({ x, y, facing: facing ?? was?.facing ?? 0 }));
  }

  look(id: number, { name, sprite }: Change): void {
    this.#simulation.lookThing(this.known(id), {
      ...(name !== undefined && { name: nameOf(name) }),
      ...(sprite !== undefined && { sprite: spriteOf(sprite) }),
    });
  }

  despawn(id: number): void {
    this.#simulation.despawn(this.known(id));
    this.#ids.delete(id);
  }

  /** The same id, when it is that of something of theirs. */
  known(id: number): number {
    if (!this.#ids.has(id)) throw new RangeError(`the rules have nothing with the id ${String(id)}`);
    return id;
  }

  clear(): void {
    for (const id of this.#ids) this.despawn(id);
  }

  #bodyAt({ x, y, facing }: Required<To>): Required<To> {
    const { width, height } = this.#simulation.size;
    // Written so that what is no number fails too.
    const isInside = x >= 0 && y >= 0 && x <= width && y <= height;
    if (!isInside) throw new RangeError(`${String(x)}, ${String(y)} is not in this world`);
    if (![0, 1, 2, 3].includes(facing)) throw new RangeError(`${String(facing)} is no facing`);
    return { x, y, facing };
  }
}

function nameOf(name: unknown): string {
  if (typeof name === "string" && name.length <= nameMost) return name;
  throw new RangeError(`a name is at most ${nameMost} characters`);
}

function spriteOf(sprite: unknown): string {
  if (typeof sprite === "string" && sprite !== "" && sprite.length <= spriteMost) return sprite;
  throw new RangeError(`a sprite's name is 1 to ${spriteMost} characters`);
}
