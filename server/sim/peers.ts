import type { Address } from "#shared/address.ts";
import type { FromClient, ToClient } from "#shared/protocol/client-master.ts";
import type { FromLaunch, ToLaunch } from "#shared/protocol/launch-master.ts";
import type { Wire } from "./network.ts";

/** What a browser's socket answers by itself. */
export type Pong = { readonly type: "pong" };
export type ClientWire = Wire<ToClient, FromClient | Pong>;
export type LaunchWire = Wire<ToLaunch, FromLaunch>;

/** A player's control socket, as the master sees it. */
export interface Visitor {
  readonly self: Address<"client">;
  readonly wire: () => ClientWire;
  hello?: Extract<FromClient, { type: "hello" }>;
  session?: string;
  isAttached: boolean;
}

/** A world's control socket, as the master sees it. */
export interface Caller {
  readonly self: Address<"launch-link">;
  readonly wire: () => LaunchWire;
  launch?: Address<"launch">;
  isRegistered: boolean;
  isDelayed?: boolean;
}
