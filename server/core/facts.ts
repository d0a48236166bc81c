import type { Limits } from "#shared/limits.ts";
import type { WorldEntry } from "#shared/manifest.ts";
import type { Endpoint } from "#shared/protocol/launch-master.ts";
import type { PackInfo } from "#shared/protocol/parts.ts";

/** What machines may know without being told: fixed while the process lives, but for the packs. */
export interface Facts {
  readonly version: string;
  readonly epoch: string;
  /** Which master this is: grows with every start, so that worlds obey only the newest. */
  readonly masterEpoch: number;
  readonly initialWorld: string;
  readonly worlds: ReadonlyMap<string, WorldEntry>;
  readonly limits: Limits;
  /** The pack on offer now; `undefined` when it is missing or does not match its index. */
  packOf(world: string): PackInfo | undefined;
  /** Where a client dials a launch. */
  urlOf(route: string, endpoint: Endpoint): string;
}
