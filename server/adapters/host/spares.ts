import type { Nature } from "#engine/ports.ts";
import type { Limits } from "#shared/limits.ts";
import type { WorldProcess } from "./world-process.ts";

/**
 * World processes started ahead of need. They belong to no world: a spare has loaded everything that
 * needs no key and waits at its pipe.
 */
export class Spares {
  readonly #start: () => WorldProcess;
  readonly #limits: Pick<Limits, "warmSpares" | "backoffFirstMs" | "backoffMaxMs">;
  readonly #clock: Pick<Nature, "now" | "wakeAt">;
  readonly #waiting = new Set<WorldProcess>();
  #isWarm = false;
  #isHeld = false;
  #failures = 0;
  #notBefore = 0;
  #callOff: () => void = () => {};

  constructor(
    start: () => WorldProcess,
    limits: Pick<Limits, "warmSpares" | "backoffFirstMs" | "backoffMaxMs">,
    clock: Pick<Nature, "now" | "wakeAt">,
  ) {
    this.#start = start;
    this.#limits = limits;
    this.#clock = clock;
  }

  get processes(): Iterable<WorldProcess> {
    return this.#waiting;
  }

  /** From now on spares are kept. */
  warm(): void {
    this.#isWarm = true;
    this.#fill();
  }

  /** While a launch starts, the processor is its: nothing is refilled. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#fill();
  }

  take(): WorldProcess | undefined {
    const [spare] = this.#waiting;
    if (!spare) return undefined;
    this.#waiting.delete(spare);
    this.#failures = 0;
    return spare;
  }

  /** Lets every spare go, and starts no more. */
  close(): void {
    this.#isWarm = false;
    this.#callOff();
    for (const spare of this.#waiting) spare.dismiss();
  }

  #fill(): void {
    if (!this.#isWarm || this.#isHeld) return;
    const wait = this.#notBefore - this.#clock.now();
    this.#callOff();
    if (wait > 0) {
      this.#callOff = this.#clock.wakeAt(this.#notBefore, () => this.#fill());
      return;
    }
    while (this.#waiting.size < this.#limits.warmSpares) this.#add();
  }

  #add(): void {
    const spare = this.#start();
    this.#waiting.add(spare);
    void this.#mourn(spare);
  }

  async #mourn(spare: WorldProcess): Promise<void> {
    await spare.ended;
    if (!this.#waiting.delete(spare)) return;
    // It died unused: another one may as well, so not at once.
    const { backoffFirstMs, backoffMaxMs } = this.#limits;
    this.#notBefore = this.#clock.now() + Math.min(backoffFirstMs * 2 ** this.#failures, backoffMaxMs);
    this.#failures++;
    this.#fill();
  }
}
