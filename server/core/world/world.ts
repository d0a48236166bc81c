import type { Address } from "#shared/address.ts";
import type { Endpoint } from "#shared/protocol/launch-master.ts";
export type WorldInput =
  | { type: "require" }
  | { type: "release" }
  | { type: "opened"; endpoint: Endpoint }
  | { type: "closing" }
  | { type: "ended"; failed: boolean; launch?: Address<"launch"> };
