/**
 * The state of a world as one player is told it, world → client, binary, little-endian. `docs/protocol.md` has the
 * layout byte by byte; replica.ts reads it, `server/world-server/replication/` writes it.
 *
 * `u8 1 · u8 flags · u32 tick · u16 base · u16 ack · u24 x · u24 y`, then, when the flags say so, the changes of the
 * view, then what moved: two bits for every slot that did not enter just now, four to a byte from the low end, and
 * the records they ask for, in the order of the slots.
 */
export const snapshotFrame = 1;
export const headBytes = 16;

export const flag = {
  /** The view begins anew: forget every slot. */
  full: 1,
  /** The own position was set, not walked to. */
  set: 2,
  /** Bits 2 and 3 are the own facing. */
  facingShift: 2,
  /** Slots leave, enter or change their looks. */
  changes: 16,
} as const;

/** What a slot's two bits say. */
export const told = {
  /** It goes on as it was last told to move; who stands goes on standing. */
  asForetold: 0,
  /** A motion follows: 3 bytes. */
  motion: 1,
  /** A whole state follows: 7 or 10 bytes. */
  state: 2,
  /** Nothing is said this time, and nothing may be concluded. */
  nothing: 3,
} as const;

/** The first byte of a whole state, and of one that enters: bits 0 and 1 are its facing. */
export const what = {
  /** It moves: its motion follows its position. */
  moves: 4,
  /** Its looks follow. Without them they are those last told for this id. */
  looks: 8,
  /** It was set there, not walked to: show it there at once. */
  set: 16,
} as const;

/**
 * A motion is 24 bits: `dx` and `dy` of one send in steps of 1/32 unit, 11 bits each, two's complement, from the low
 * end, then 2 bits of facing.
 */
export const motionMost = 1023;

export function packMotion(dx: number, dy: number, facing: number): number {
  return (dx & 0x7ff) | ((dy & 0x7ff) << 11) | (facing << 22);
}

export const motionX = (motion: number): number => (motion << 21) >> 21;
export const motionY = (motion: number): number => (motion << 10) >> 21;
export const motionFacing = (motion: number): number => (motion >>> 22) & 3;
/** Without its facing: zero for one that stands. */
export const motionSteps = (motion: number): number => motion & 0x3fffff;

export const entityKinds = ["player", "npc", "thing"] as const;
export type EntityKind = (typeof entityKinds)[number];

/** What changes rarely: `u8 kind · u8 bits (1: a guest) · u8 length · name · u8 length · sprite`, UTF-8. */
export interface Looks {
  readonly kind: EntityKind;
  readonly name: string;
  readonly guest: boolean;
  readonly sprite: string;
}
