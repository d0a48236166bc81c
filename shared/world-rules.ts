/**
 * A world's own rules: `worlds/<key>/world.ts` may export `rules: WorldRules`, and names itself in
 * `world.json` as `"module": "world.ts"`. They run inside the world process, at its ticks, and can
 * reach nothing but what they are handed. A rule that throws is logged; after three the rules are off
 * for the rest of the launch, what they had put into the world is gone, and the world plays on without them.
 *
 * ```ts
 * let guests = 0;
 * export const rules: WorldRules = {
 *   onEnter: (player, world) => {
 *     guests++;
 *     world.move(player.id, { x: 400, y: 260 });
 *   },
 *   save: () => ({ guests }),
 *   restore: (saved) => {
 *     guests = (saved as { guests: number }).guests;
 *   },
 * };
 * ```
 *
 * What a module keeps in its variables lasts as long as one launch. A launch that takes over from another tries itself
 * out on copies of the module with variables of their own, so nothing of the trial is ever seen by players.
 */
export interface WorldRules {
  /** Once, before the first tick and before anybody comes. */
  onStart?(world: RulesWorld): void;
  /** A player has become visible. */
  onEnter?(player: RulesPlayer, world: RulesWorld): void;
  /** A player is gone; `player` is as they were last. */
  onLeave?(player: RulesPlayer, world: RulesWorld): void;
  /** A player used a character, a thing or another player in reach. A character of the map has already answered. */
  onInteract?(player: RulesPlayer, entity: RulesEntity, world: RulesWorld): void;
  /** After every tick. */
  onTick?(world: RulesWorld): void;
  /**
   * What the next launch of this world is to know; `undefined` when there is nothing. Asked every ten seconds, when
   * another launch takes over and at the end, so at most ten seconds are lost by a crash. At most 65,536 characters
   * of JSON: more is logged, and what was said before stays. `tick` begins anew with every launch, so what is
   * counted in ticks is said as what remains of it.
   */
  save?(world: RulesWorld): JsonValue | undefined;
  /**
   * What an earlier launch saved, maybe one with other rules: after `onStart` and before anybody comes; again, in place
   * of what was restored before, as long as nobody has come and the launch before has more to tell. When this throws,
   * the world runs without it and saves nothing, so that what was saved is still there for rules that can read it.
   * Neither this nor `save` can be async.
   */
  restore?(saved: JsonValue, world: RulesWorld): void;
}

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** World units, y down; facing 0 down, 1 left, 2 right, 3 up. */
interface At {
  readonly x: number;
  readonly y: number;
  readonly facing?: number;
}

/** A player who is visible, as they are now. */
export interface RulesPlayer extends Required<At> {
  /** The entity id: theirs for this stay, somebody else's much later. */
  readonly id: number;
  readonly name: string;
  readonly guest: boolean;
}

/** Anything that can be seen, as it is now. */
export interface RulesEntity extends Required<At> {
  readonly id: number;
  readonly kind: "player" | "npc" | "thing";
  readonly name: string;
  /** The picture `sprites/<sprite>.png` of the world's pack. */
  readonly sprite: string;
}

export interface RulesWorld {
  readonly key: string;
  /** Grows by one every `tickMs` milliseconds of the world's life. */
  readonly tick: number;
  readonly tickMs: number;
  players(): readonly RulesPlayer[];
  /** Sets a player elsewhere. False when they are not here, or do not fit there. */
  move(player: number, to: { readonly x: number; readonly y: number }): boolean;

  // What follows is about the rules' own characters and things, and throws a RangeError for what cannot be.

  /** Puts something into the world for all to see; at most 1024 at a time. An empty name is not shown. Returns its entity id. */
  spawn(what: { kind: "npc" | "thing"; name: string; sprite: string } & At): number;
  /** It goes there: players see it walk a short way, and appear at the end of a long one. Walls do not hold it up. */
  place(id: number, to: At): void;
  look(id: number, change: { readonly name?: string; readonly sprite?: string }): void;
  /** A bubble over its head for everybody who sees it; at most 200 characters. */
  say(id: number, text: string): void;
  despawn(id: number): void;
}
