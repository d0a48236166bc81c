import type { Address } from "#shared/address.ts";
import type { Refusal } from "#shared/refusal.ts";
import type { Cause } from "#shared/protocol/client-master.ts";
import type { Endpoint } from "#shared/protocol/launch-master.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { Identity } from "../session/session.ts";

export interface Source {
  readonly launch: Address<"launch">;
  readonly admission: string;
  /** The hold the source world keeps on the player's portals. */
  readonly request?: string | undefined;
}

export interface Journey {
  readonly session: Address<"session">;
  readonly player: Address<"player">;
  readonly cause: Cause;
  readonly target: Place;
  readonly identity: Identity;
  readonly source?: Source | undefined;
}

export type TravelInput =
  | { type: "begin"; journey: Journey; re?: number | undefined }
  | { type: "refresh"; re: number }
  | { type: "redeem"; re: number; world?: string | undefined }
  | { type: "release"; re?: number | undefined; reason?: Refusal | undefined }
  | { type: "worldReady"; launch: Address<"launch">; endpoint: Endpoint; route: string }
  | { type: "worldUnavailable"; reason: Refusal }
  | { type: "acked"; admission: string }
  | { type: "refused"; admission: string; reason: Refusal }
  | { type: "arrived"; admission: string }
  | { type: "departed"; admission: string; place?: Place | undefined }
  | { type: "sourceGone"; admission: string };
