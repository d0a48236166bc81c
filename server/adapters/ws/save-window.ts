import type { Address } from "#shared/address.ts";
import type { FromLaunch } from "#shared/protocol/launch-master.ts";
import type { Clock } from "./link.ts";
import type { Tell } from "./upgrade.ts";

type Save = Extract<FromLaunch, { type: "saves" }>["saves"][number];

interface Waiting {
  readonly launch: Address<"launch">;
  /** By admission: only the newest counts. */
  readonly saves: Map<string, Save>;
}

/**
 * Gathers the saves of all launches for a moment and hands them over together: the engine puts what
 * arrives at once into one transaction.
 */
export class SaveWindow {
  readonly #windowMs: number;
  readonly #clock: Clock;
  readonly #tell: Tell;
  readonly #waiting = new Map<Address<"launch-link">, Waiting>();
  #callOff: (() => void) | undefined;

  constructor(windowMs: number, clock: Clock, tell: Tell) {
    this.#windowMs = windowMs;
    this.#clock = clock;
    this.#tell = tell;
  }

  add(from: Address<"launch-link">, launch: Address<"launch">, saves: readonly Save[]): void {
    const waiting = this.#waiting.get(from) ?? { launch, saves: new Map<string, Save>() };
    this.#waiting.set(from, waiting);
    for (const save of saves) {
      const kept = waiting.saves.get(save.admission);
      if (!kept || kept.seq < save.seq) waiting.saves.set(save.admission, save);
    }
    this.#callOff ??= this.#clock.wakeAt(this.#clock.now() + this.#windowMs, () => this.flush());
  }

  flush(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    for (const [from, { launch, saves }] of this.#waiting)
      this.#tell(from, launch, { type: "saves", saves: [...saves.values()] });
    this.#waiting.clear();
  }
}
