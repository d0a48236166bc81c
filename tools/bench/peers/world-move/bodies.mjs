// What the peers' worlds share: how bodies move, who is near whom, and the measuring of ticks. No networking.

export const tickMs = 50;
export const radius = 400;
const [low, high] = [18, 1982];
/** Units of one input at full speed: 180 a second, 20 inputs a second. */
const stepUnits = 9;

export class Body {
  inputs = [];

  constructor({ id, x, y }) {
    this.id = Number(id);
    this.x = Number(x);
    this.y = Number(y);
  }

  /** An input is −127…127 of full speed on each axis. */
  push(dx, dy) {
    if (this.inputs.length < 20) this.inputs.push(dx, dy);
  }

  /** Every input since the last tick is one step. */
  move() {
    const { inputs } = this;
    for (let at = 0; at < inputs.length; at += 2) {
      this.x = Math.min(high, Math.max(low, this.x + (inputs[at] * stepUnits) / 127));
      this.y = Math.min(high, Math.max(low, this.y + (inputs[at + 1] * stepUnits) / 127));
    }
    inputs.length = 0;
  }
}

/** Cells as wide as the radius: whoever is near is in one of nine. */
export class Grid {
  #side = Math.ceil(2000 / radius);
  #cells = Array.from({ length: this.#side ** 2 }, () => []);

  fill(bodies) {
    for (const cell of this.#cells) cell.length = 0;
    for (const body of bodies)
      this.#cells[this.#column(body.y) * this.#side + this.#column(body.x)].push(body);
  }

  /** Puts whoever is within the radius into `found`; the body itself is among them. */
  near({ x, y }, found) {
    found.length = 0;
    const [left, right] = [Math.max(0, this.#column(x) - 1), Math.min(this.#side - 1, this.#column(x) + 1)];
    const [top, bottom] = [Math.max(0, this.#column(y) - 1), Math.min(this.#side - 1, this.#column(y) + 1)];
    for (let row = top; row <= bottom; row++)
      for (let column = left; column <= right; column++)
        for (const other of this.#cells[row * this.#side + column]) {
          const [dx, dy] = [other.x - x, other.y - y];
          if (dx * dx + dy * dy <= radius * radius) found.push(other);
        }
    return found;
  }

  #column(value) {
    return Math.min(this.#side - 1, Math.floor(value / radius));
  }
}

/** Measures ticks; SIGUSR2 asks for what was measured since the last time, one line of JSON. */
export class TickMeter {
  #took = [];
  #overruns = 0;
  #startedAt = 0;

  constructor() {
    process.on("SIGUSR2", () => {
      const sorted = this.#took.toSorted((a, b) => a - b);
      const tickP99Ms = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
      console.log(JSON.stringify({ ticks: sorted.length, tickP99Ms, overruns: this.#overruns }));
      this.#took = [];
      this.#overruns = 0;
    });
  }

  /** A tick begins. One that begins a whole period late is an overrun. */
  begin() {
    const now = performance.now();
    if (this.#startedAt > 0 && now - this.#startedAt >= 2 * tickMs) this.#overruns++;
    this.#startedAt = now;
  }

  end() {
    const took = performance.now() - this.#startedAt;
    this.#took.push(took);
    if (took > tickMs) this.#overruns++;
  }
}

/** Calls `tick` every 50 ms without drifting. */
export function everyTick(tick) {
  const meter = new TickMeter();
  let due = performance.now() + tickMs;
  const ring = () => {
    meter.begin();
    tick();
    meter.end();
    const now = performance.now();
    due = Math.max(due + tickMs, now);
    setTimeout(ring, due - now);
  };
  setTimeout(ring, tickMs);
}

/** Whether everybody hears of everybody, or of who is within the radius. */
export const isAll = process.argv[2] === "all";

/** Says where the server listens. */
export function announce(server) {
  console.log(JSON.stringify({ port: server.address().port }));
}
