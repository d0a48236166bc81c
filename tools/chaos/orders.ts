/** What the driver and its players say to each other, over the pipe between their processes. */

/** Where a player is and what works, as the player knows it. */
export interface Status {
  readonly bot: number;
  /** On the machine's monotonic clock, milliseconds. */
  readonly at: number;
  /** In a world that shows itself. */
  readonly isPlaying: boolean;
  readonly hasControl: boolean;
  readonly isChanging: boolean;
  readonly world: string | undefined;
  readonly name: string | undefined;
  readonly isGuest: boolean;
  /** Why the client waits for a person, when it does. */
  readonly prompt: string | undefined;
}

/** The world socket that showed the player the world ended, and no other one was there. */
export interface Dropped {
  readonly bot: number;
  readonly at: number;
  readonly world: string;
  readonly code: number;
  /** What it was dialled as. */
  readonly socket: string;
}

/** What a player sees around: where it stands itself, and the names of the other players. */
export interface Sight {
  readonly world: string | undefined;
  readonly name: string | undefined;
  readonly self: { readonly x: number; readonly y: number } | undefined;
  readonly others: readonly string[];
  /** The names of things. */
  readonly things: readonly string[];
  /** The newest line heard of every player, by name. */
  readonly heard: Readonly<Record<string, number>>;
  readonly journeys: number;
  readonly isSavingPaused: boolean;
}

export type Order =
  | { readonly do: "open"; readonly master: string }
  | { readonly do: "login"; readonly name: string }
  /** Goes on by itself: walks, travels, talks. */
  | { readonly do: "play" }
  /** Stops doing so. */
  | { readonly do: "rest" }
  | { readonly do: "walk"; readonly to: { readonly x: number; readonly y: number } }
  | { readonly do: "travel"; readonly world: string }
  | { readonly do: "say"; readonly line: number }
  | { readonly do: "look" }
  | { readonly do: "leave" };

export type FromDriver = { readonly id: number; readonly bot: number } & Order;

export type FromPlayer =
  | { readonly type: "status"; readonly status: Status }
  | { readonly type: "dropped"; readonly dropped: Dropped }
  /** A law is broken, as seen by a player. */
  | { readonly type: "fault"; readonly bot: number; readonly text: string }
  | { readonly type: "done"; readonly id: number; readonly sight?: Sight | undefined }
  | { readonly type: "failed"; readonly id: number; readonly reason: string };
