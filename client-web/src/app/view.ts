import type { Cause } from "#shared/protocol/client-master.ts";
import type { Refusal } from "#shared/refusal.ts";
import type { WorldMap } from "#shared/world-map.ts";
import type { LineShape } from "../net/line.ts";

/** What the page shows, as plain data: the seam between the client's logic and its pixels. */
export interface View {
  readonly state: "connecting" | "preparing" | "traveling" | "in-world" | "offline" | "rejected";
  readonly version: string;
  /** The world on screen. */
  readonly world?: { readonly key: string; readonly name: string } | undefined;
  /** Display names of all worlds by key, once known. */
  readonly worlds?: Readonly<Record<string, string>> | undefined;
  readonly player?: { readonly name: string; readonly guest: boolean } | undefined;
  readonly chat: { readonly isUp: boolean; readonly lines: readonly ChatEntry[] };
  /** The pack being made ready, bytes so far and in all. */
  readonly download?: { readonly name: string; readonly loaded: number; readonly total: number } | undefined;
  readonly prompt?: Prompt | undefined;
  /** A refused request to show next to what caused it. */
  readonly problem?: Problem | undefined;
  readonly isSavingPaused: boolean;
  /** The game goes on, but there is no master to chat or travel with, and has not been for a moment. */
  readonly isMasterAway: boolean;
  /** Milliseconds until whoever is still in this world is moved along. */
  readonly drainsInMs?: number | undefined;
  /** The name of the world they are moved to, when it is another one. */
  readonly drainsTo?: string | undefined;
  /** The version that is out and would come with a reload; the game goes on without. */
  readonly update?: string | undefined;
  /** Why the journey under way began. */
  readonly cause?: Cause | undefined;
  /** Why the world on screen is no longer played in. */
  readonly lost?: "crashed" | "left" | "removed" | "closed" | undefined;
  readonly network: NetworkStats;
}

export interface ChatEntry {
  /** Unique and growing within this page. */
  readonly key: number;
  /** Absent for a line of the system itself. */
  readonly name?: string | undefined;
  readonly text: string;
}

export type Prompt =
  /** `isComing` when the page is the newer one: it asks again by itself until the server is of its version. */
  | {
      readonly kind: "update";
      readonly server: string;
      readonly canReload: boolean;
      readonly isComing?: boolean;
    }
  | { readonly kind: "connection_lost" }
  | { readonly kind: "world_disconnected" }
  | { readonly kind: "server_offline" }
  | { readonly kind: "connection_rejected"; readonly reason: Refusal }
  /** The server lets no page of this site in. */
  | { readonly kind: "site_refused" }
  | { readonly kind: "continued_elsewhere" }
  /** A host from the page's address that is not on the built-in list: dialled only after a yes. */
  | { readonly kind: "confirm_host"; readonly hosts: readonly string[] };

export interface Problem {
  /** Grows with every problem, so that the same one twice is announced twice. */
  readonly key: number;
  readonly about: "login" | "chat" | "travel" | "pack" | "touch";
  readonly reason: Refusal | "pack_failed" | "pack_offline";
  readonly world?: string | undefined;
}

export type PackStatus =
  | "none"
  | "loading"
  | "downloading"
  | "bundled"
  | "missing"
  | "failed"
  | "missing_scene"
  | "cache_hit"
  | "downloaded";

export interface NetworkStats extends WorldLineStats {
  readonly masterMs?: number | undefined;
  readonly masterBuffered: number;
  readonly worlds: number;
  readonly pack: { readonly status: PackStatus; readonly bytes: number; readonly ms: number };
  readonly transferMs?: number | undefined;
  /** The bad line that is simulated, when the address asks for one. */
  readonly line?: LineShape | undefined;
}

/** The line to the world that is shown, and what of it can be seen. */
export interface WorldLineStats {
  readonly worldMs?: number | undefined;
  readonly worldBuffered: number;
  /** How far in the past the others are shown. */
  readonly delayMs: number;
  /** Share of time they were shown without newer state, 0–1. */
  readonly starved: number;
  /** Snapshots left out for this line, so far. */
  readonly skipped: number;
  /** Visible errors of the own prediction: in all, in the last minute, and the largest of these in world units. */
  readonly corrections: number;
  readonly correctionsPerMinute: number;
  readonly largestCorrection: number;
  /** Bytes. */
  readonly receivedPerSecond: number;
  readonly sentPerSecond: number;
  /** How many the world tells us of. */
  readonly entities: number;
}

/** Of no line at all. */
export const noLine: WorldLineStats = {
  worldBuffered: 0,
  delayMs: 0,
  starved: 0,
  skipped: 0,
  corrections: 0,
  correctionsPerMinute: 0,
  largestCorrection: 0,
  receivedPerSecond: 0,
  sentPerSecond: 0,
  entities: 0,
};

/** Everything drawn in one frame, in world units; already predicted and interpolated. */
export interface Frame {
  readonly self?: Sprite | undefined;
  readonly others: readonly Sprite[];
  /** Grows when the own position was set rather than walked to: the camera snaps. */
  readonly epoch: number;
  /** What `use` would use now. */
  readonly target?: Target | undefined;
}

/** A portal by its name, or a character or thing by its entity, and where it is. */
export type Target = { readonly x: number; readonly y: number } & (
  | { readonly portal: string; readonly entity?: undefined }
  | { readonly entity: number; readonly portal?: undefined }
);

/** A place to walk to; a portal or an entity there is used on arrival, and an entity followed. */
export interface Goal {
  readonly x: number;
  readonly y: number;
  readonly portal?: string | undefined;
  readonly entity?: number | undefined;
}

export interface Sprite {
  readonly id: number;
  readonly kind: "player" | "npc" | "thing";
  readonly name: string;
  readonly guest: boolean;
  readonly sprite: string;
  readonly x: number;
  readonly y: number;
  readonly facing: number;
  readonly isMoving: boolean;
  /** Said just now, to be shown over the head. */
  readonly says?: string | undefined;
}

/** A pack made ready to draw and to walk in. */
export interface LoadedWorld {
  readonly map: WorldMap;
  /** Every file of the pack by its path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What the player can do. The client answers by changing its view. */
export interface Client extends AsyncDisposable {
  readonly view: View;
  /** Calls back after every change of `view`; returns how to stop. */
  subscribe(changed: (view: View) => void): () => void;
  /** Advances prediction to `now` (milliseconds, `performance.now()`) and returns what to draw. */
  frame(now: number): Frame;
  /** The world whose pack is loaded and whose state has come; the renderer draws this one. */
  readonly loaded: LoadedWorld | undefined;
  /** To be called once the first frame of `loaded` has been drawn. */
  drawn(): void;
  /** The stick: −1…1 each way; zero stops. Overrides any walk to a goal. */
  steer(x: number, y: number): void;
  /** Walks there around obstacles. */
  walkTo(goal: Goal): void;
  /** Uses what is in reach and closest, if anything: a portal, a character, a thing. */
  use(): void;
  say(text: string): void;
  login(name: string): void;
  logout(): void;
  cancelTravel(): void;
  /** Loads the page anew for the version that is out. */
  reload(): void;
  /** The player answered a prompt: reload, try again, yes to a host. */
  answer(prompt: Prompt["kind"], yes: boolean): void;
}
