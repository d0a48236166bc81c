interface Point {
  readonly x: number;
  readonly y: number;
}

/** How much may be made anew in one frame, so that a crowd that comes at once makes no frame long. */
export class FrameBudget {
  readonly #mostMs: number;
  readonly #most: number;
  readonly #now: () => number;
  #begunAt = 0;
  #made = 0;
  #isBehind = false;

  /** `mostMs` milliseconds of making a frame, or `most` things, whichever is first. */
  constructor(mostMs: number, most: number, now: () => number = () => performance.now()) {
    this.#mostMs = mostMs;
    this.#most = most;
    this.#now = now;
  }

  /** Whether something had to be left for a later frame. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** A new frame begins. */
  begin(): void {
    this.#begunAt = this.#now();
    this.#made = 0;
    this.#isBehind = false;
  }

  /** Whether one more may be made now. The first of a frame always may, so that all get their turn. */
  take(): boolean {
    const isSpent =
      this.#made >= this.#most || (this.#made > 0 && this.#now() - this.#begunAt >= this.#mostMs);
    if (isSpent) this.#isBehind = true;
    else this.#made++;
    return !isSpent;
  }
}

/** The nearest first; as they are without anybody to be near to. */
export function nearestFirst<T extends Point>(them: readonly T[], self: Point | undefined): readonly T[] {
  if (!self) return them;
  const far = ({ x, y }: Point): number => (x - self.x) ** 2 + (y - self.y) ** 2;
  return them.toSorted((a, b) => far(a) - far(b));
}
