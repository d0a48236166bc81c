/** Levels of drawing: 0 all, 1 one device pixel per page pixel, 2 every second frame, 3 labels only close by. */
export const lowestQuality = 3;

const slowMs = 20;
const patienceMs = 2000;
const samplesKept = 120;

/** Watches frame times (milliseconds) and says when to leave something out. It never goes back up: no flicker. */
export class QualityLadder {
  level = 0;
  #samples: number[] = [];
  #slowSince: number | undefined;

  /** Notes one frame's work; returns whether the level has just changed. */
  note(workMs: number, now: number): boolean {
    this.#samples.push(workMs);
    if (this.#samples.length > samplesKept) this.#samples.shift();
    if (this.#samples.length < samplesKept / 4 || this.p95() <= slowMs) {
      this.#slowSince = undefined;
      return false;
    }
    this.#slowSince ??= now;
    if (now - this.#slowSince < patienceMs || this.level === lowestQuality) return false;
    this.level++;
    this.#slowSince = undefined;
    this.#samples = [];
    return true;
  }

  p95(): number {
    const sorted = this.#samples.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length * 0.95)] ?? 0;
  }
}
