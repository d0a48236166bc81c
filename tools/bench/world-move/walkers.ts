/** How everybody walks, the same for every system: seeded headings, kept for a second on average, off the border. */

export const worldUnits = 2000;
export const inputsPerSecond = 20;
/** At 180 units a second. */
const stepUnits = 180 / inputsPerSecond;
/** A body's half width: its centre comes no closer to the border. */
export const borderUnits = 18;
const [low, high] = [borderUnits, worldUnits - borderUnits];
const keepSeconds = 1;

/** Mulberry32: the same numbers from 0 to 1 for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One client's walk, and where it leads. */
export class Walker {
  x: number;
  y: number;
  /** The newest input: −127…127 of full speed on each axis. */
  dx = 0;
  dy = 0;
  readonly #random: () => number;
  #steps = 0;

  constructor(seed: number, index: number) {
    this.#random = randomOf(seed * 100_003 + index);
    const place = (): number => Math.round(low + this.#random() * (high - low));
    this.x = place();
    this.y = place();
  }

  /** Chooses the next input and goes by it. */
  step(): void {
    if (this.#steps <= 0) this.#turn();
    this.#steps--;
    if (isOutside(this.x + moved(this.dx))) this.dx = -this.dx;
    if (isOutside(this.y + moved(this.dy))) this.dy = -this.dy;
    this.x = within(this.x + moved(this.dx));
    this.y = within(this.y + moved(this.dy));
  }

  #turn(): void {
    const angle = this.#random() * 2 * Math.PI;
    this.dx = Math.round(Math.cos(angle) * 127);
    this.dy = Math.round(Math.sin(angle) * 127);
    this.#steps = Math.max(1, Math.round(-Math.log(1 - this.#random()) * keepSeconds * inputsPerSecond));
  }
}

/** Exactly what the peers' servers compute, so that a position tells which inputs it includes. */
const moved = (input: number): number => (input * stepUnits) / 127;
const within = (value: number): number => Math.min(high, Math.max(low, value));
const isOutside = (value: number): boolean => value < low || value > high;
