import type { Limits } from "#shared/limits.ts";
import type { CloseName } from "#shared/protocol/close-codes.ts";
import type { ToPlayer } from "#shared/protocol/client-world.ts";
import type { FromLaunch, Roster, ToLaunch } from "#shared/protocol/launch-master.ts";
import type { Place } from "#shared/protocol/parts.ts";

/**
 * A world's door: who is expected, who is inside, whose portals are on hold. It is the world's half of
 * every admission, as a value: one input in, the next door and what is to be done out. It has no clock,
 * no sockets and no positions; the caller passes the time, connection ids and where avatars stand.
 */
export interface Door {
  readonly options: DoorOptions;
  /** Shut for good: nobody is admitted any more. */
  readonly isShut: boolean;
  /** By admission. */
  readonly expected: ReadonlyMap<string, Expected>;
  /** By admission. A session may be inside twice for a moment: leaving, and arriving anew. */
  readonly inside: ReadonlyMap<string, Inside>;
  /** Sockets of players who have departed, by connection, and when to close them. */
  readonly closing: ReadonlyMap<string, number>;
}

export interface DoorOptions {
  readonly capacity: number;
  readonly limits: Pick<
    Limits,
    "ticketsPerWorld" | "holdMs" | "worldDetachMs" | "sourceCloseMs" | "arrayItems"
  >;
}

export interface Expected {
  readonly ticketHash: string;
  readonly session: string;
  readonly name: string;
  readonly guest: boolean;
  readonly at: Place;
  readonly expiresAt: number;
}

export interface Inside {
  readonly session: string;
  /** Visible and playing. Until the master's `activate` the avatar is neither. */
  readonly isActive: boolean;
  /** The player's socket; absent once it was lost. */
  readonly connection?: string | undefined;
  /** When the avatar leaves, its socket being lost. */
  readonly leaveAt?: number | undefined;
  readonly hold?: Hold | undefined;
  /** The number of the newest save; 0 before the first. */
  readonly seq: number;
}

export interface Hold {
  readonly request: string;
  readonly until: number;
  /** The portal the player asked for and the id of their request, while the master has not answered. */
  readonly asked?: { readonly portal: string; readonly re: number } | undefined;
}

export type DoorInput =
  /** What the master says; `registration.refused` is not the door's business. */
  | ToLaunch
  /** A connection shows a ticket (sha256, hex). `re` is the id of its `enter`. */
  | { readonly type: "show"; readonly connection: string; readonly re: number; readonly ticketHash: string }
  /** A connection is gone, whoever closed it. */
  | { readonly type: "disconnect"; readonly connection: string }
  /** A player in reach of a portal uses it. `request` is a new id. */
  | {
      readonly type: "usePortal";
      readonly connection: string;
      readonly re: number;
      readonly request: string;
      readonly portal: string;
      readonly target: string;
      readonly spawn: string;
    }
  /** Time to save everyone who plays. */
  | { readonly type: "save" }
  /** `wakeAt` has come. */
  | { readonly type: "wake" };

export type DoorEffect =
  | { readonly type: "tell"; readonly message: FromLaunch }
  | { readonly type: "say"; readonly connection: string; readonly message: ToPlayer }
  | { readonly type: "close"; readonly connection: string; readonly why: CloseName }
  /** Make an avatar, unseen and unmoving, and answer `entered` with its entity to request `re`. */
  | {
      readonly type: "place";
      readonly admission: string;
      readonly connection: string;
      readonly re: number;
      readonly name: string;
      readonly guest: boolean;
      readonly at: Place;
    }
  /** Show the avatar and send its player (none if the socket was lost) the full state at once. */
  | {
      readonly type: "activate";
      readonly admission: string;
      readonly connection?: string | undefined;
      readonly at?: Place | undefined;
    }
  /** Show what the player said to everybody who has them in view. */
  | { readonly type: "bubble"; readonly admission: string; readonly text: string }
  /** The avatar stands still: nobody steers it any more. */
  | { readonly type: "freeze"; readonly admission: string }
  | { readonly type: "remove"; readonly admission: string }
  /** Everything above has been said: end the process. */
  | { readonly type: "exit"; readonly reason: string };

/** What the door may ask about the moment. */
export interface Moment {
  /** Milliseconds on a clock that only moves forward. */
  readonly now: number;
  /** Where an avatar stands; it is asked only for those inside. */
  readonly placeOf: (admission: string) => Place;
}

export interface DoorStep {
  readonly door: Door;
  readonly effects: readonly DoorEffect[];
}

export function openDoor(options: DoorOptions): Door {
  return { options, isShut: false, expected: new Map(), inside: new Map(), closing: new Map() };
}

/** Who the master is told is here. Rosters decide, so this is sent whole with every heartbeat. */
export function rosterOf(door: Door, now: number): Roster {
  return {
    inside: [...door.inside].map(([admission, { session, isActive, hold }]) => ({
      admission,
      session,
      active: isActive,
      ...(hold && hold.until > now && { hold: hold.request }),
    })),
    expected: [...door.expected]
      .filter(([, { expiresAt }]) => expiresAt > now)
      .map(([admission]) => admission),
  };
}

/** When `wake` is due; `undefined` when nothing lapses by itself. */
export function wakeAt(door: Door): number | undefined {
  const times = [
    ...[...door.expected.values()].map(({ expiresAt }) => expiresAt),
    ...[...door.inside.values()].flatMap(({ leaveAt, hold }) => [leaveAt, hold?.until]),
    ...door.closing.values(),
  ].filter((time) => time !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** The admission a connection plays under; `undefined` for a stranger and after `depart`. */
export function admissionOf(door: Door, connection: string): string | undefined {
  for (const [admission, inside] of door.inside) if (inside.connection === connection) return admission;
  return undefined;
}

/** Every step that only says something to the master. */
export function tell(door: Door, message: FromLaunch): DoorStep {
  return { door, effects: [{ type: "tell", message }] };
}

export function put<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value);
}

export function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
