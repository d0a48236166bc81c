import { HeapProfile } from "./heap-profile.ts";
import type { Allocations } from "./heap-profile.ts";
import { startPortcade } from "./portcade-world.ts";
import { measure } from "./run-move.ts";

const n = 200;
const seed = 1;
const hysteresis = 8;
const windowMs = 8000;
/** Few and many in view, of the same crowd. */
const radii = [150, 700] as const;
/** Bytes. Nothing on the heap takes less than twice that; what is below is sampling, and who enters and leaves view. */
const mostPerEntity = 8;

interface Density {
  readonly inView: number;
  /** Per client and tick. */
  readonly bytes: number;
  readonly functions: Allocations["functions"];
}

/**
 * Shows whether the world allocates per entity and tick: the same crowd with few and with many in view.
 *
 * @throws when what it allocates grows with those in view
 */
export async function heapNote(): Promise<string> {
  const [few, many] = [await densityAt(radii[0]), await densityAt(radii[1])];
  // Less with more in view is chance: it allocates nothing for them.
  const perEntity = Math.max(0, (many.bytes - few.bytes) / (many.inView - few.inView));
  const text = `Heap: sampled every 4 KiB over ${windowMs / 1000} s, garbage included, N = ${n}. With ${few.inView.toFixed(0)} in view the world's
JavaScript allocates ${few.bytes.toFixed(0)} bytes per client and tick, with ${many.inView.toFixed(0)} in view ${many.bytes.toFixed(0)}: ${perEntity.toFixed(2)} bytes per entity in view and tick. The most come from ${namesOf(many)}.`;
  if (perEntity > mostPerEntity) throw new Error(`it allocates per entity and tick. ${text}`);
  return text;
}

async function densityAt(radius: number): Promise<Density> {
  await using server = await startPortcade({ n, seed, mode: "aoi", radius, hysteresis, inspects: true });
  using profile = await HeapProfile.open(server.inspector() ?? "");
  let allocations: Allocations | undefined;
  const reach = { radius, hysteresis, quantum: 1 / 32, rings: [] };
  const order = {
    system: "portcade",
    port: server.port,
    n,
    seed,
    reach,
    warmMs: 4000,
    windowMs,
    plantsFault: false,
  } as const;
  const { sight } = await measure(order, server, {
    begin: () => profile.start(),
    end: async () => void (allocations = await profile.stop()),
  });
  const { bytes = Number.NaN, functions = [] } = allocations ?? {};
  return { inView: sight.inView, bytes: bytes / (sight.hz * n * (windowMs / 1000)), functions };
}

function namesOf({ functions }: Density): string {
  const all = functions.reduce((sum, [, bytes]) => sum + bytes, 0);
  return functions
    .slice(0, 5)
    .map(([name, bytes]) => `\`${name}\` (${((100 * bytes) / all).toFixed(0)} %)`)
    .join(", ");
}
