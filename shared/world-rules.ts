/**
 * A world's own rules: `worlds/<key>/world.ts` may export `rules: WorldRules`, and names itself in
 * `world.json` as `"module": "world.ts"`. They run inside the world process, at its ticks, and can
 * reach nothing but what they are handed. A rule that throws is logged; after three the rules are off
 * for the rest of the launch, what they had put into the world is gone, and the world plays on without them.
 *
 * ```ts
 * export const rules: WorldRules = {
 *   onEnter: (player, world) => world.move(player.id, { x: 400, y: 260 }),
 * };
 * ```
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
}

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
