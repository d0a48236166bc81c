/**
 * A world's own rules: `worlds/<key>/world.ts` may export `rules: WorldRules`, and names itself in
 * `world.json` as `"module": "world.ts"`. They run inside the world process, at its ticks, and can
 * reach nothing but what they are handed. A rule that throws is logged; after three the rules are off
 * for the rest of the launch, and the world plays on without them.
 *
 * ```ts
 * export const rules: WorldRules = {
 *   onEnter: (player, world) => world.move(player.id, { x: 400, y: 260 }),
 * };
 * ```
 */
export interface WorldRules {
  /** A player has become visible. */
  onEnter?(player: RulesPlayer, world: RulesWorld): void;
  /** A player is gone; `player` is as they were last. */
  onLeave?(player: RulesPlayer, world: RulesWorld): void;
  /** After every tick, 20 times a second. */
  onTick?(world: RulesWorld): void;
}

/** A player who is visible, as they are now. */
export interface RulesPlayer {
  /** The entity id: theirs for this stay, somebody else's much later. */
  readonly id: number;
  readonly name: string;
  readonly guest: boolean;
  /** World units, y down; facing 0 down, 1 left, 2 right, 3 up. */
  readonly x: number;
  readonly y: number;
  readonly facing: number;
}

export interface RulesWorld {
  readonly key: string;
  /** Grows by one every 50 ms of the world's life. */
  readonly tick: number;
  players(): readonly RulesPlayer[];
  /** Sets a player elsewhere. False when they are not here, or do not fit there. */
  move(player: number, to: { readonly x: number; readonly y: number }): boolean;
}
