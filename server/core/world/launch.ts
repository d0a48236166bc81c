import type { Refusal } from "#shared/refusal.ts";
import type { FromLaunch } from "#shared/protocol/launch-master.ts";
import type { Place } from "#shared/protocol/parts.ts";

type Register = Extract<FromLaunch, { type: "register" }>;

export type LaunchInput =
  // From its world, once in its life.
  | { type: "begin"; world: string }
  // From the host (`host:local`).
  | { type: "started"; pid: number }
  | { type: "exited"; code: number | undefined }
  // From its control connection (`launch-link:<connection>`), by way of the gateway: every message of the
  // process as it came, the token hashed; and the end of the connection.
  | (Omit<Register, "token" | "launch"> & { tokenHash: string })
  | Exclude<FromLaunch, Register>
  | { type: "linkClosed" }
  // From travels and sessions.
  | { type: "expect"; admission: string; ticketHash: string; session: string; name: string; guest: boolean; at: Place; forMs: number }
  | { type: "revoke"; admission: string }
  | { type: "depart"; admission: string }
  | { type: "activate"; admission: string; at?: Place | undefined }
  | { type: "kick"; admission: string; reason: Refusal }
  | { type: "hold"; admission: string; request: string; forMs: number }
  | { type: "unhold"; admission: string; request: string; reason?: Refusal | undefined }
  // From the master role.
  | { type: "stop"; reason: string };
