import type { Cause, ChatLine, FromClient, ToClient } from "#shared/protocol/client-master.ts";
import type { FromPlayer, ToPlayer } from "#shared/protocol/client-world.ts";
import type { PackInfo } from "#shared/protocol/parts.ts";
import type { Refusal } from "#shared/refusal.ts";
import type { Problem, Prompt, View } from "./view.ts";

/**
 * The client's twin of the master's session and travel, as a value. It knows both sockets, the lease, the pack
 * and the way back; the browser, the headless client and the simulation run the same one. Snapshots, commands
 * and pack bytes never pass through it. Times are milliseconds on a clock that only moves forward.
 */
export interface Journey {
  readonly options: JourneyOptions;
  readonly control: Control;
  /** Who the player is and what worlds there are; absent before the first welcome. */
  readonly session?: SessionInfo | undefined;
  readonly resume?: Resume | undefined;
  /** The world on screen. Its socket may be gone; it stays drawn until another one is. */
  readonly world?: OnScreen | undefined;
  /** The world the master has the player in, as far as known. */
  readonly home?: string | undefined;
  readonly travel?: Travel | undefined;
  /** A lease that was given back, until the master has said so. */
  readonly givenBack?: GivenBack | undefined;
  /** A portal use the world or the master has not answered. */
  readonly portal?: { readonly re: number; readonly until: number } | undefined;
  /** Requests on the control socket that wait for their answer. */
  readonly asked: ReadonlyMap<number, Asked>;
  /** Attempts to get into any world since the player was last in one. */
  readonly tries: number;
  readonly problem?: Problem | undefined;
  readonly isSavingPaused: boolean;
  /** The world on screen will be emptied. */
  readonly draining?: Draining | undefined;
  /** Why the world on screen is lost, as far as the master has said; forgotten in the next one. */
  readonly lost?: Lost | undefined;
  /** A master that goes down has named the time to come back. */
  readonly backAt?: number | undefined;
  /** The version of a newer client that is on offer. */
  readonly update?: string | undefined;
  /** Newest chat line seen in this epoch. */
  readonly line: number;
  /** The last number given to a request, dial, pack or problem. */
  readonly lastId: number;
}

export interface JourneyOptions {
  readonly version: string;
  /** What the page was told by `?v=`: reloading to the same version again would loop. */
  readonly pageVersion?: string | undefined;
}

export interface SessionInfo {
  readonly id: string;
  readonly name: string;
  readonly guest: boolean;
  readonly initial: string;
  readonly worlds: Readonly<Record<string, string>>;
}

/** What a later hello shows. It is per tab and replaced at every welcome. */
export interface Resume {
  readonly token: string;
  readonly epoch: string;
  /** The number of the newest push received. */
  readonly seq: number;
}

export interface GivenBack {
  readonly lease: string;
  /** The request that said so; absent when there was no master to say it to. */
  readonly re?: number | undefined;
  /** Said again then. */
  readonly until: number;
}

export type Asked = "login" | "chat";

export type Lost = Extract<ToClient, { type: "world.lost" }>["reason"];

export interface Draining {
  /** The lease the world was entered with: its next launch has the same key. */
  readonly lease: string;
  /** Whoever is there then is moved along. */
  readonly by: number;
  /** Where to, when it is another world. */
  readonly target?: string | undefined;
}

export type Control =
  /**
   * `tries` counts the dials since the last welcome; `reason` is why the master refused the last one. A time the
   * master named is kept. A `prompt` stays on screen until the next answer.
   */
  | {
      readonly phase: "waiting";
      readonly at: number;
      readonly tries: number;
      readonly reason?: Refusal | undefined;
      readonly isNamed?: boolean | undefined;
      readonly prompt?: Prompt | undefined;
    }
  | {
      readonly phase: "dialing";
      readonly dial: number;
      readonly until: number;
      readonly tries: number;
      readonly prompt?: Prompt | undefined;
    }
  | {
      readonly phase: "greeting";
      readonly dial: number;
      readonly re: number;
      readonly until: number;
      readonly tries: number;
      readonly prompt?: Prompt | undefined;
    }
  | { readonly phase: "up"; readonly dial: number }
  /** Only the player can go on. */
  | { readonly phase: "halted"; readonly prompt: Prompt };

export interface OnScreen {
  readonly dial: number;
  /** The lease it was entered with. */
  readonly lease: string;
  readonly key: string;
  readonly name: string;
  /** The socket lives and the avatar is in the world. */
  readonly isLive: boolean;
}

export interface Lease {
  readonly id: string;
  readonly cause: Cause;
  readonly world: string;
  readonly name: string;
  /** What has to be ready before it is redeemed, and which of its contents is. */
  readonly pack: PackInfo;
  readonly ready?: string | undefined;
  /** The pack must be ready before this. */
  readonly hardAt: number;
}

export type Travel =
  /** In no world: the master is given a moment to offer a way by itself, then it is asked. */
  | { readonly phase: "stranded"; readonly at: number }
  | { readonly phase: "asking"; readonly re: number; readonly until: number }
  | { readonly phase: "preparing"; readonly lease: Lease; readonly pack: number; readonly refreshAt: number }
  | {
      readonly phase: "redeeming";
      readonly lease: Lease;
      readonly re: number;
      readonly until: number;
      readonly attempt: number;
    }
  | { readonly phase: "pausing"; readonly lease: Lease; readonly until: number; readonly attempt: number }
  | Entering;

/** A second world socket, from dialling to the first drawn frame. */
export interface Entering {
  readonly phase: "entering";
  readonly lease: Lease;
  readonly dial: number;
  readonly ticket: string;
  readonly until: number;
  readonly attempt: number;
  /** The master has committed: there is no way back. */
  readonly isCommitted: boolean;
  readonly isLive: boolean;
}

export type JourneyInput =
  /** The control socket. `dial` is the number of the effect that opened it; old dials change nothing. */
  | { readonly type: "control.opened"; readonly dial: number }
  | { readonly type: "control.closed"; readonly dial: number; readonly code: number }
  | { readonly type: "control.heard"; readonly dial: number; readonly message: ToClient }
  /** A world socket. */
  | { readonly type: "world.opened"; readonly dial: number }
  | { readonly type: "world.closed"; readonly dial: number; readonly code: number }
  | { readonly type: "world.heard"; readonly dial: number; readonly message: ToPlayer }
  /** Its first snapshot was applied, */
  | { readonly type: "world.live"; readonly dial: number }
  /** and its first frame was drawn. */
  | { readonly type: "world.drawn"; readonly dial: number }
  | { readonly type: "pack.ready"; readonly pack: number }
  | { readonly type: "pack.failed"; readonly pack: number; readonly reason: "pack_failed" | "pack_offline" }
  /** `wakeAt` has come. */
  | { readonly type: "wake" }
  /** The player */
  | { readonly type: "login"; readonly name: string }
  | { readonly type: "logout" }
  | { readonly type: "say"; readonly text: string }
  | { readonly type: "usePortal"; readonly portal: string }
  | { readonly type: "interact"; readonly entity: number }
  | { readonly type: "cancelTravel" }
  /** answered a prompt: try again, now. */
  | { readonly type: "retry" }
  /** The network is back, or the machine woke from sleep. Being offline needs no word: sockets tell. */
  | { readonly type: "online" }
  | { readonly type: "woke" };

export type JourneyEffect =
  | { readonly type: "dial.control"; readonly dial: number }
  | { readonly type: "close.control"; readonly dial: number }
  | { readonly type: "send.control"; readonly dial: number; readonly message: FromClient }
  | { readonly type: "dial.world"; readonly dial: number; readonly url: string; readonly world: string }
  | { readonly type: "close.world"; readonly dial: number }
  | { readonly type: "send.world"; readonly dial: number; readonly message: FromPlayer }
  | {
      readonly type: "pack.prepare";
      readonly pack: number;
      readonly info: PackInfo;
      readonly world: string;
      readonly name: string;
    }
  | { readonly type: "pack.cancel"; readonly pack: number }
  | { readonly type: "remember"; readonly resume: Resume }
  | { readonly type: "forget" }
  | { readonly type: "chat"; readonly line: Pick<ChatLine, "name" | "text"> }
  /** The master offers a new pack of a world (development). */
  | { readonly type: "pack.changed"; readonly world: string; readonly info: PackInfo };

/** When an input came, and a number from 0 to 1 that nobody can guess, to spread reconnects. */
export interface Instant {
  readonly now: number;
  readonly luck: number;
}

export interface JourneyStep {
  readonly journey: Journey;
  readonly effects: readonly JourneyEffect[];
}

/** One step under way: the moment, fresh numbers, and what has been asked for so far. */
export interface Turn extends Instant {
  id(): number;
  readonly effects: JourneyEffect[];
}

/** What a page shows of a journey. */
export interface Shown extends Pick<
  View,
  | "state"
  | "world"
  | "worlds"
  | "player"
  | "prompt"
  | "problem"
  | "isSavingPaused"
  | "isMasterAway"
  | "drainsTo"
  | "update"
  | "cause"
  | "lost"
> {
  /** When the world on screen is emptied. */
  readonly drainsAt?: number | undefined;
  readonly isChatUp: boolean;
  /** The pack being made ready. */
  readonly preparing?: { readonly world: string; readonly name: string; readonly pack: number } | undefined;
}
