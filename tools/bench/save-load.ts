import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStores } from "#adapters/sqlite/open-stores.ts";
import type { Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import { figuresOf } from "./figures.ts";
import { report } from "./load-process.ts";

export interface SaveOrder {
  /** Players whose places are saved in one batch. */
  readonly n: number;
  readonly warmBatches: number;
  readonly batches: number;
}

export interface Saved {
  readonly type: "saved";
  readonly ms: { readonly p50: number; readonly p99: number };
  readonly rows: number;
  /** Of all batches, on the wall. */
  readonly seconds: number;
  readonly faults: readonly string[];
}

/** A session whose player stands in a world, as the machines keep it. */
function sessionOf(index: number, batch: number): Phased {
  const id = String(index).padStart(20, "0");
  return Object.assign(
    { phase: "inWorld" },
    {
      identity: identities(index),
      client: `client:c${id}`,
      resumeHash: "0".repeat(64),
      durableAt: 0,
      place: {
        world: "hub",
        x: (index * 7 + batch * 0.5) % 2000,
        y: (batch * 0.25) % 2000,
        facing: batch % 4,
      },
      admission: { id: `t${id}`, launch: "launch:h1", world: "hub", identity: identities(index), seq: batch },
    },
  );
}

const known = new Map<number, object>();

/** The same object every time, as a machine keeps what it does not change. */
function identities(index: number): object {
  const identity = known.get(index) ?? { name: `Guest-${index}` };
  known.set(index, identity);
  return identity;
}

async function main({ n, warmBatches, batches }: SaveOrder): Promise<void> {
  await report({ type: "ready" });
  const folder = mkdtempSync(join(tmpdir(), "portcade-bench-"));
  const dbPath = join(folder, "durable.db");
  const stores = openStores({ dbPath });
  const addresses = Array.from(
    { length: n },
    (_, index): Address => `session:s${String(index).padStart(20, "0")}`,
  );
  const writesOf = (batch: number) =>
    new Map(addresses.map((address, index) => [address, sessionOf(index, batch)]));
  for (let batch = 0; batch < warmBatches; batch++) await stores.store.commit(writesOf(batch));
  const times: number[] = [];
  for (let batch = warmBatches; batch < warmBatches + batches; batch++) {
    const writes = writesOf(batch);
    const from = performance.now();
    await stores.store.commit(writes);
    times.push(performance.now() - from);
  }
  stores.close();
  const faults = faultsIn(dbPath, writesOf(warmBatches + batches - 1));
  rmSync(folder, { recursive: true, force: true });
  const { p50, p99 } = figuresOf(times);
  const seconds = times.reduce((sum, ms) => sum + ms, 0) / 1000;
  const saved: Saved = { type: "saved", ms: { p50, p99 }, rows: n * batches, seconds, faults };
  await report(saved);
}

/** What another start finds must be what was saved last. */
function faultsIn(dbPath: string, saved: ReadonlyMap<Address, Phased>): string[] {
  const stores = openStores({ dbPath });
  try {
    const found = new Map(stores.store.load());
    const wrong = [...saved].filter(
      ([address, state]) => JSON.stringify(sorted(found.get(address))) !== JSON.stringify(sorted(state)),
    );
    return found.size === saved.size && wrong.length === 0
      ? []
      : [`${found.size} sessions found of ${saved.size}, ${wrong.length} of them not as saved`];
  } finally {
    stores.close();
  }
}

const sorted = (state: Phased | undefined): [string, unknown][] =>
  Object.entries(state ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));

main(JSON.parse(process.argv[2] ?? "{}") as SaveOrder).catch((error: unknown) => {
  process.send?.({ type: "failed", reason: error instanceof Error ? error.message : String(error) });
});
