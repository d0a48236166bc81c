import { limits } from "#shared/limits.ts";
import type { Address } from "#shared/address.ts";
import { type Phased, step } from "#shared/machine.ts";
import type { WorldEntry } from "#shared/manifest.ts";
import type { Facts } from "./facts.ts";

export type Said = { to: string; type: string; [field: string]: unknown };

type Input = { type: string; [field: string]: unknown };
type At = { self: Address; from?: Address; now?: number; facts?: Facts };
type Step<S> = { state: S | undefined; handled: boolean; said: Said[] };

/** Steps a machine once and returns what it became and what it said. */
export function take<S extends Phased>(table: object, state: S | undefined, input: Input, at: At): Step<S> {
  const said: Said[] = [];
  let count = 0;
  const turn = {
    from: at.self,
    now: 0,
    facts: testFacts(),
    newId: (prefix: string) => `${prefix}${++count}`,
    newSecret: () => ({ token: `secret${++count}`, hash: `hash${count}` }),
    send: (to: string, body: { type: string }) => void said.push({ to, ...body }),
    ...at,
  };
  const after = step(table, state, input, turn);
  return { handled: after.handled, state: after.state as S | undefined, said };
}

/** Four small worlds, each with a portal to the next. */
export function testFacts(change: Partial<Facts> = {}): Facts {
  const keys = ["hub", "left_world", "right_world", "top_world"];
  const worlds = new Map(keys.map((key, index) => [key, testWorld(key, keys[(index + 1) % 4] as string)]));
  const { packOf = testPackOf } = change;
  return {
    version: "0.1",
    epoch: "e1",
    masterEpoch: 1,
    initialWorld: "hub",
    worlds,
    limits,
    packOf,
    // Only the newest can be had.
    offerOf: (world, sha256 = packOf(world)?.sha256) =>
      packOf(world)?.sha256 === sha256 ? packOf(world) : undefined,
    urlOf: (route) => `ws://127.0.0.1/${route}`,
    ...change,
  };
}

const testPackOf: Facts["packOf"] = (world) => ({
  url: `/world_packs/${world}.zip`,
  size: 1000,
  mtime: 1,
  sha256: "0".repeat(64),
});

function testWorld(key: string, next: string): WorldEntry {
  const at = { x: 400, y: 260, facing: 0 };
  return {
    key,
    name: key,
    capacity: 200,
    spawns: { default: at, Door: { x: 100, y: 100, facing: 0 } },
    portals: { Door: { target: next, spawn: "Door" } },
    mapSha256: "0".repeat(64),
  };
}

/** Every cell of a table that no `take` through this has reached; a machine's test ends by expecting none. */
export class Cells {
  readonly #table: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly #reached = new Set<string>();

  constructor(table: object) {
    this.#table = table as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }

  take<S extends Phased>(state: S | undefined, input: Input, at: At): Step<S> {
    this.#reached.add(`${state?.phase ?? "absent"}.${input.type}`);
    return take(this.#table, state, input, at);
  }

  get missing(): string[] {
    const all = Object.entries(this.#table).flatMap(([phase, row]) =>
      Object.keys(row).map((input) => `${phase}.${input}`),
    );
    return all.filter((cell) => !this.#reached.has(cell));
  }
}
