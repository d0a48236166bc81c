import type { Journey } from "./journey-state.ts";
import type { LoadedWorld } from "./view.ts";
import type { Visit } from "./visit.ts";

/** The worlds at hand: packs made ready, visits under way, and the visit that is shown. */
export class Stage {
  readonly #visits = new Map<number, Visit>();
  readonly #worlds = new Map<string, LoadedWorld>();
  #shown: Visit | undefined;

  get shown(): Visit | undefined {
    return this.#shown;
  }

  world(key: string): LoadedWorld | undefined {
    return this.#worlds.get(key);
  }

  visit(dial: number): Visit | undefined {
    return this.#visits.get(dial);
  }

  keep(world: LoadedWorld): void {
    this.#worlds.set(world.map.key, world);
  }

  /** New pictures for the world on screen. A new map is for the launch that plays on it: this one's walls stand. */
  repaint(world: LoadedWorld): void {
    const { shown } = this;
    if (shown?.world.map.key === world.map.key && textOf(shown.world) === textOf(world)) shown.world = world;
  }

  open(visit: Visit): void {
    this.#visits.set(visit.dial, visit);
  }

  /** Drops what the journey needs no more. True when another visit is shown than before. */
  settle({ world, travel }: Journey): boolean {
    const entering = travel?.phase === "entering" ? travel : undefined;
    this.#keepVisits([world?.dial, entering?.dial]);
    this.#keepWorlds([world?.key, travel && "lease" in travel ? travel.lease.world : undefined]);
    const shown = this.#visits.get((entering?.isLive ? entering.dial : world?.dial) ?? 0);
    const isNew = shown !== this.#shown;
    this.#shown = shown;
    return isNew;
  }

  check(now: number, isAnew: boolean): void {
    for (const visit of this.#visits.values()) visit.check(now, isAnew);
  }

  close(): void {
    this.#keepVisits([]);
    this.#keepWorlds([]);
    this.#shown = undefined;
  }

  #keepVisits(dials: readonly (number | undefined)[]): void {
    for (const [dial, visit] of this.#visits) {
      if (dials.includes(dial)) continue;
      visit.close();
      this.#visits.delete(dial);
    }
  }

  #keepWorlds(keys: readonly (string | undefined)[]): void {
    for (const key of this.#worlds.keys()) if (!keys.includes(key)) this.#worlds.delete(key);
  }
}

const textOf = ({ map }: LoadedWorld): string => JSON.stringify(map);
