import type { Address } from "#shared/address.ts";
import type { Table } from "#shared/machine.ts";
import type { Endpoint, FromLaunch } from "#shared/protocol/launch-master.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { Refusal } from "#shared/refusal.ts";
import type { Turn } from "../inbox.ts";
import {
  acked,
  activate,
  arrived,
  departed,
  expect,
  forward,
  left,
  leave,
  portal,
  refused,
  saves,
} from "./guests.ts";
import {
  askToStop,
  begin,
  busy,
  heartbeat,
  linkClosed,
  overdue,
  ready,
  recalled,
  refuseLink,
  register,
  startAnew,
  started,
  startTimeout,
  tooSilent,
  waitAnew,
  unavailable,
} from "./life.ts";
import { exited, kill, killAgain, stop } from "./stopping.ts";
import { drain } from "./draining.ts";
import {
  awaitPlayers,
  catchUp,
  handOver,
  lastWords,
  notNow,
  recollect,
  remember,
  succeeded,
  takeOver,
  tested,
  untested,
  waitForState,
} from "./succession.ts";

/** Somebody a launch holds or expects, by admission. */
export interface Guest {
  readonly session: Address<"session">;
  /** The journey that brings them here, until it has settled. */
  readonly travel: Address<"travel">;
  /** Set while only a ticket is out: the instant after which nobody can show it. */
  readonly expectedUntil?: number | undefined;
  /** The journey that asked this launch to let them go. */
  readonly departing?: Address<"travel"> | undefined;
}

/** Nobody new comes, and whoever is here is moved on at the deadline. */
export interface Drain {
  /** Where to: another world, or another launch of the same. */
  readonly target: string;
  /** Another launch of its world has taken over: what this one knows is old. */
  readonly isSucceeded?: true | undefined;
  readonly by: number;
  /** How often the players have been told. */
  readonly told: 0 | 1 | 2;
  /**
   * When they were first and last sent on their way, and by which master: whoever is still here `evacuationMs` later
   * goes with the process. A master that was away has to ask, and to wait, for itself.
   */
  readonly asked?: { readonly first: number; readonly last: number; readonly epoch: number };
}

interface Common {
  readonly world: string;
  /** Of the one secret that lets this process, and no other, speak for this launch. */
  readonly tokenHash: string;
  readonly pid?: number | undefined;
  /** Of the pack that was on offer when it began. */
  readonly pack?: string | undefined;
  /** It is to take over from another launch of its world; until it has, nobody is sent to it and it is not believed. */
  readonly isHeir?: true | undefined;
  readonly drain?: Drain | undefined;
  /** What the launch it took over from knew, until its world has shown that it heard: what it says before is less. */
  readonly inherits?: string | undefined;
  /** That is newer than what its world was told last, and is told when it has answered. */
  readonly isUntold?: true | undefined;
  /** The launch it took over from, until somebody comes to this one: until then it learns what is done there. */
  readonly follows?: Address<"launch"> | undefined;
  /** The players of the launch it took over from come by then: until then it is not stopped for being empty. */
  readonly awaitsUntil?: number | undefined;
  readonly guests: Readonly<Record<string, Guest>>;
  readonly wakeAt: number;
}

interface Live extends Common {
  readonly link: Address<"launch-link">;
  readonly endpoint: Endpoint;
  readonly heardAt: number;
  readonly auditedAt: number;
  readonly idleSince?: number | undefined;
}

/** One life of a world's process, `launch:<id>`. The process's own exit is the only way out. */
export type Launch =
  | (Common & { phase: "starting" })
  /** An heir that is asked to prove that it can run. */
  | (Live & { phase: "testing" })
  | (Live & { phase: "running"; isAsked?: true | undefined })
  /** Silent or cut off: takes no newcomers, may come back with a registration. */
  | (Common & { phase: "suspect"; endpoint: Endpoint; heardAt: number })
  /** Asked whether it is really empty (two-phase idle stop). */
  | (Live & { phase: "closing" })
  /** Told to stop. `wakeAt` is when it is killed, whatever it says. */
  | (Common & {
      phase: "stopping";
      reason: string;
      link?: Address<"launch-link">;
      isAsked?: true | undefined;
    });

export type Register = Extract<FromLaunch, { type: "register" }>;

type Save = Extract<FromLaunch, { type: "saves" }>["saves"][number];

export type LaunchInput =
  // From its world; `begin` once in its life.
  | { type: "begin"; world: string; isHeir?: true }
  | { type: "hand.over" }
  | { type: "take.over"; text?: string | undefined; follows?: Address<"launch"> | undefined }
  | { type: "catch.up"; text: string; of: Address<"launch"> }
  | { type: "await"; forMs: number }
  | { type: "drain"; target: string; inMs: number; isSucceeded?: true }
  // From the world's memory.
  | { type: "recalled"; text?: string | undefined }
  // From the host (`host:local`).
  | { type: "started"; pid: number }
  | { type: "exited"; code?: number | undefined; signal?: string | undefined }
  | { type: "lastWords"; saves: readonly Save[]; state?: string | undefined }
  // From its control connection (`launch-link:<connection>`), by way of the gateway: every message of the
  // process as it came, the token hashed; and the end of the connection.
  | (Omit<Register, "token" | "launch"> & { tokenHash: string })
  | Exclude<FromLaunch, Register>
  | { type: "linkClosed" }
  // From travels and sessions.
  | {
      type: "expect";
      admission: string;
      ticketHash: string;
      session: string;
      name: string;
      guest: boolean;
      at: Place;
      forMs: number;
    }
  | { type: "revoke"; admission: string }
  | { type: "depart"; admission: string }
  | { type: "activate"; admission: string; at?: Place | undefined }
  | { type: "kick"; admission: string; reason: Refusal }
  | { type: "hold"; admission: string; request: string; forMs: number }
  | { type: "unhold"; admission: string; request: string; reason?: Refusal | undefined }
  // From the channel.
  | { type: "bubble"; admission: string; text: string }
  // From the master role. `master.up`: a new one has begun.
  | { type: "stop"; reason: string }
  | { type: "master.up" };

export type In<P extends Launch["phase"]> = Extract<Launch, { phase: P }>;
export type Got<T extends LaunchInput["type"]> = Extract<LaunchInput, { type: T }>;

/** What a launch that can be spoken to does with its guests. */
const doors = {
  expect,
  acked,
  refused,
  arrived,
  departed,
  left,
  saves,
  portal,
  revoke: leave,
  kick: leave,
  depart: leave,
  activate,
  hold: forward,
  unhold: forward,
  bubble: forward,
} as const;

export const launch: Table<Launch, LaunchInput, Turn> = {
  absent: { begin, register: refuseLink, expect: unavailable },
  starting: {
    "master.up": startAnew,
    recalled,
    started,
    register,
    exited,
    lastWords,
    expect: unavailable,
    stop: kill("stopped"),
    deadline: startTimeout,
  },
  testing: {
    started,
    register,
    heartbeat,
    linkClosed,
    exited,
    expect: unavailable,
    stop,
    tested,
    deadline: untested,
  },
  running: {
    ...doors,
    started,
    register,
    heartbeat,
    linkClosed,
    exited,
    lastWords,
    stop,
    state: remember,
    "hand.over": handOver,
    "take.over": takeOver,
    "catch.up": catchUp,
    await: awaitPlayers,
    recalled: recollect,
    drain,
    deadline: overdue,
  },
  suspect: {
    started,
    register,
    exited,
    lastWords,
    expect: unavailable,
    "hand.over": notNow,
    "take.over": takeOver,
    "catch.up": catchUp,
    await: awaitPlayers,
    recalled: recollect,
    drain,
    kick: leave,
    revoke: leave,
    depart: leave,
    "master.up": waitAnew,
    stop: kill("stopped"),
    deadline: tooSilent,
  },
  closing: {
    ...doors,
    heartbeat,
    register,
    linkClosed,
    exited,
    stop,
    "stop.ready": ready,
    "stop.busy": busy,
    state: remember,
    "hand.over": notNow,
    "take.over": takeOver,
    "catch.up": catchUp,
    await: awaitPlayers,
    recalled: recollect,
    drain,
    lastWords,
    deadline: askToStop,
  },
  stopping: {
    ...doors,
    expect: unavailable,
    register: refuseLink,
    exited,
    state: remember,
    lastWords,
    "hand.over": waitForState,
    drain: succeeded,
    deadline: killAgain,
  },
};
