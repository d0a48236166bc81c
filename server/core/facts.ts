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
  /** The newest pack, which a launch that begins now is of; `undefined` when it is missing or does not match its index. */
  packOf(world: string): PackInfo | undefined;
  /**
   * The pack for whoever goes there: that of the launch that takes newcomers for as long as it can be had, the newest
   * otherwise. With `sha256` that very pack or none.
   */
  offerOf(world: string, sha256?: string): PackInfo | undefined;
  /** Where a client dials a launch. */
  urlOf(route: string, endpoint: Endpoint): string;
}
