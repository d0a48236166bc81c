import type { Address } from "#shared/address.ts";
import type { Turn as AnyTurn } from "#shared/machine.ts";
import type { Push, ToClient } from "#shared/protocol/client-master.ts";
import type { ToLaunch } from "#shared/protocol/launch-master.ts";
import type { CloseName } from "#shared/protocol/close-codes.ts";
import type { AccountInput } from "./account/account.ts";
import type { ChannelInput } from "./chat/channel.ts";
import type { Refusal } from "#shared/refusal.ts";
import type { Facts } from "./facts.ts";
import type { LobbyInput } from "./session/lobby.ts";
import type { SessionInput } from "./session/session.ts";
import type { TravelInput } from "./travel/travel.ts";
import type { MemoryInput } from "./world/memory.ts";
import type { LaunchInput } from "./world/launch.ts";
import type { WorldInput } from "./world/world.ts";

/** The map of the system: who exists, and what each may be told. Machines first, outsiders below. */
export interface Inbox {
  lobby: LobbyInput;
  session: SessionInput;
  account: AccountInput;
  travel: TravelInput;
  world: WorldInput;
  launch: LaunchInput;
  channel: ChannelInput;
  memory: MemoryInput;

  /** One client connection, `client:<connection id>`. */
  client: ToConnection;
  /** A session's outbox, `player:<session id>`: numbered, kept for a resume, written to whichever connection it has. */
  player: Push;
  /** Everybody with a session, `audience:all`. */
  audience: Push;
  /** One world process's control connection, `launch-link:<connection id>`. */
  "launch-link": ToLaunch | { type: "close"; why: CloseName };
  /** What starts and ends processes, `host:local`. */
  host: ToHost;
  /** Whoever gave an order by hand, `operator:<request id>`. */
  operator: ToOperator;
}

export type ToConnection =
  /** Bind this connection to the session's outbox, then write the welcome, then what the resume missed. */
  | {
      type: "attach";
      session: string;
      welcome: Welcome;
      missedSince?: { epoch: string; seq: number } | undefined;
    }
  /** The resume token is unknown: the gateway tries the same hello again as a new session. */
  | { type: "resume.unknown" }
  | {
      type: "reject";
      re: number;
      reason: Extract<ToClient, { type: "rejected" }>["reason"];
      client?: string;
      close: CloseName;
    }
  | { type: "close"; why: CloseName };

/** The welcome without what only the gateway knows. */
export type Welcome = Omit<
  Extract<ToClient, { type: "welcome" }>,
  "type" | "epoch" | "seq" | "complete" | "chat"
>;

export type ToHost =
  /** Somebody has arrived: have the warm spares ready. */
  | { type: "warm" }
  | { type: "launch"; launch: string; world: string; token: string; state?: string | undefined }
  | { type: "kill"; launch: string; pid?: number | undefined };

/** `done` and `failed` are the last words on an order. */
export type ToOperator =
  | { type: "progress"; step: "starting" | "testing" | "draining"; launch?: string; inMs?: number }
  | { type: "done"; launch?: string | undefined }
  | { type: "failed"; reason: Refusal; cause?: string | undefined };

export type Kind = keyof Inbox;
export type Turn = AnyTurn<{ [K in Kind]: Inbox[K] }, Facts>;

export type Envelope = {
  [K in Kind]: { id: string; from: Address; to: Address<K>; body: Inbox[K] };
}[Kind];
