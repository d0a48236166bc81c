import type { Address } from "#shared/address.ts";
import type { Table } from "#shared/machine.ts";
import type { Cause, FromClient } from "#shared/protocol/client-master.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { Refusal } from "#shared/refusal.ts";
import type { Turn } from "../inbox.ts";
import { attached, closed, deadline, open, paced, player } from "./attach.ts";
import {
  bequeath,
  claimed,
  claimRefused,
  handOver,
  lastSaved,
  login,
  logout,
  renamed,
  settled,
  takenOver,
} from "./identity.ts";
import { committed, join, leaseRequest, noLease, portal, rejoin, travelEnded } from "./journeys.ts";
import { draining, evacuate, gone, notHere, saved, seen } from "./presence.ts";
import { reopen, welcomed } from "./resume.ts";

/** Who a player is. A guest has no account. Frozen into every admission. */
export interface Identity {
  readonly name: string;
  readonly account?: Address<"account"> | undefined;
}

/** The session's one committed place in a world. Every save must name it. */
export interface Admission {
  readonly id: string;
  readonly launch: Address<"launch">;
  readonly world: string;
  readonly identity: Identity;
  /** Number of the newest save taken. */
  readonly seq: number;
  /** When everybody there is moved on, if it is being emptied, and where to when that is another world. */
  readonly drain?: { readonly by: number; readonly target?: string | undefined } | undefined;
  /** The world they were asked to go to while they had no connection: they do when they come back. */
  readonly summons?: string | undefined;
}

/** What a session knows in every phase: who, through which connection, and where they stood last. */
export interface Stay {
  readonly identity: Identity;
  /** The connection it has now; none while it is detached. */
  readonly client?: Address<"client"> | undefined;
  readonly resumeHash: string;
  /** Good until the client is known to hold the newest token. */
  readonly previousHash?: string | undefined;
  readonly place?: Place | undefined;
  /** When `place` last went to the account. */
  readonly durableAt: number;
  /** The account being left, until its avatar has departed. */
  readonly leaving?: Address<"account"> | undefined;
  /** The journey that has committed and still waits for the source to depart. */
  readonly settling?: Address<"travel"> | undefined;
  /** When journeys lately began because the client asked, without a portal: each may start a process. */
  readonly asked?: readonly number[] | undefined;
  /** When a detached session ends. */
  readonly wakeAt?: number | undefined;
  /** Journeys it called off since it last arrived, the newest few: one may have committed before it heard. */
  readonly replaced?: readonly Address<"travel">[] | undefined;
  /** The end of an avatar that is not committed yet: between engines it may come before the commit. */
  readonly overtaking?: { readonly launch: Address; readonly input: Got<"gone"> } | undefined;
}

export type Naming = { phase: "naming"; client: Address<"client">; hello: Hello; wakeAt?: undefined };
export type Lobby = Stay & { phase: "lobby" };
export type InWorld = Stay & { phase: "inWorld"; admission: Admission };
export type Travelling = Stay & {
  phase: "travelling";
  travel: Address<"travel">;
  cause: Cause;
  target: string;
  /** Worlds tried in vain since the player last stood in one. */
  tried: readonly string[];
  admission?: Admission | undefined;
};

/** Taken over: only the avatar's last save is waited for, so that the heir stands where this player stood. */
export type Ending = {
  phase: "ending";
  account: Address<"account">;
  admission: Admission;
  place?: Place | undefined;
  wakeAt: number;
};

/** One player's stay, across sockets: which world they are in, and whether they are leaving it. */
export type Session = Naming | Lobby | InWorld | Travelling | Ending;
export type Attached = Lobby | InWorld | Travelling;

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
  | { type: "committed"; admission: string; launch: Address<"launch">; place: Place; identity: Identity }
  // `place`: where the old avatar stood last; `at`: where the new one stands, if not where it was to arrive.
  | {
      type: "settled";
      place?: Place | undefined;
      account?: Address<"account"> | undefined;
      at?: Place | undefined;
    }
  // `instead`: where everybody else goes who wants to that world.
  | { type: "travelEnded"; reason?: Refusal | undefined; instead?: string | undefined }
  // From launches.
  | { type: "portal"; admission: string; request: string; portal: string; target: string; spawn: string }
  | { type: "saved"; admission: string; seq: number; place: Place; final: boolean }
  | { type: "seen"; admission: string; active: boolean }
  | { type: "gone"; admission: string; reason: "crashed" | "left" | "closed" }
  | { type: "draining"; admission: string; inMs: number; target?: string | undefined }
  | { type: "evacuate"; admission: string; target: string };

export type Got<T extends SessionInput["type"]> = Extract<SessionInput, { type: T }>;

/** What holds wherever the player is. */
const everywhere = {
  open: reopen,
  welcomed,
  closed,
  deadline,
  login: attached(login),
  logout: attached(logout),
  "chat.send": attached(say),
  "world.join": attached(paced(join)),
  "world.rejoin": attached(paced(rejoin)),
  named: renamed,
  claimed,
  claimRefused,
  takenOver,
  committed,
  settled,
  portal,
  saved,
  seen,
  gone,
  draining,
  evacuate,
} as const;

/** What a lease is to somebody who has none. */
const leaseless = {
  "lease.refresh": attached(noLease),
  "lease.redeem": attached(noLease),
  "lease.release": attached(noLease),
} as const;

export const session: Table<Session, SessionInput, Turn> = {
  absent: { open, named: nobody, claimed: nobody, takenOver: nobody, seen: notHere },
  naming: {
    named: renamed,
    full,
    closed: (state, _, turn) => (turn.from === state.client ? undefined : state),
  },
  lobby: { ...everywhere, ...leaseless },
  inWorld: { ...everywhere, ...leaseless },
  travelling: {
    ...everywhere,
    "lease.refresh": attached(leaseRequest),
    "lease.redeem": attached(leaseRequest),
    "lease.release": attached(leaseRequest),
    travelEnded,
  },
  ending: {
    open: (state, _, turn) => {
      turn.send(turn.from as Address<"client">, { type: "resume.unknown" });
      return state;
    },
    saved: lastSaved,
    gone: handOver,
    deadline: (state, _, turn) => bequeath(state, turn),
  },
};

function say<S extends Attached>(state: S, { id, text }: Got<"chat.send">, turn: Turn): S {
  const self = turn.self as Address<"session">;
  const admission = "admission" in state ? state.admission : undefined;
  turn.send("channel:all", {
    type: "say",
    session: self,
    player: player(turn),
    name: state.identity.name,
    text,
    re: id,
    ...(admission && { avatar: { launch: admission.launch, admission: admission.id } }),
  });
  return state;
}

/** An answer for a session that has ended meanwhile: what was taken for it is given back. */
function nobody(_: undefined, { type }: { type: string }, turn: Turn): undefined {
  if (type === "named") turn.send("lobby:main", { type: "leave" });
  else turn.send(turn.from as Address<"account">, { type: "release" });
}

function full(state: Naming, _: unknown, turn: Turn): undefined {
  turn.send(state.client, { type: "reject", re: state.hello.re, reason: "server_full", close: "serverFull" });
}
