import type { Address } from "#shared/address.ts";
import type { Refusal } from "#shared/refusal.ts";
import type { FromClient } from "#shared/protocol/client-master.ts";
import type { Place } from "#shared/protocol/parts.ts";

/** Who a player is. A guest has no account. Frozen into every admission. */
export interface Identity {
  readonly name: string;
  readonly account?: Address<"account"> | undefined;
}

export interface Hello {
  readonly re: number;
  readonly version: string;
  /** The newest generation both sides speak; absent when there is none. */
  readonly protocol?: number | undefined;
  readonly resumeHash?: string | undefined;
  readonly missedSince?: { epoch: string; seq: number } | undefined;
}

export type ClientRequest = Exclude<FromClient, { type: "hello" | "ping" }>;

export type SessionInput =
  // From client connections (`client:<connection>`), by way of the gateway.
  | { type: "open"; hello: Hello }
  | { type: "welcomed" }
  | { type: "closed" }
  | ClientRequest
  // From the lobby.
  | { type: "named"; number: number; re?: number | undefined }
  | { type: "full" }
  // From accounts.
  | { type: "claimed"; re: number; name: string; place?: Place | undefined }
  | { type: "claimRefused"; re: number; reason: Refusal }
  | { type: "takenOver" }
  // From travels.
  | { type: "committed"; admission: string; launch: string; place: Place; identity: Identity }
  | { type: "travelEnded"; reason?: Refusal | undefined }
  // From launches.
  | { type: "portal"; admission: string; request: string; portal: string; target: string; spawn: string }
  | { type: "saved"; admission: string; seq: number; place: Place; final: boolean }
  | { type: "seen"; admission: string; active: boolean }
  | { type: "gone"; admission: string; reason: "crashed" | "left" };
