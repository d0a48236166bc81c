import type { LaunchOrder } from "#shared/protocol/launch-master.ts";
import type { Ending, WorldProcess } from "./world-process.ts";

/** A world process that is none. */
export class FakeProcess implements WorldProcess {
  readonly running: Promise<number | undefined>;
  readonly blank: string | undefined;
  readonly orders: LaunchOrder[] = [];
  isDismissed = false;
  isKilled = false;
  readonly #ended = Promise.withResolvers<Ending>();
  readonly ended = this.#ended.promise;

  constructor(pid?: number, blank?: string) {
    this.running = Promise.resolve(pid);
    this.blank = blank;
  }

  assign(order: LaunchOrder): void {
    this.orders.push(order);
  }

  dismiss(): void {
    this.isDismissed = true;
  }

  kill(): void {
    this.isKilled = true;
  }

  /** Resolves when everybody who waited has heard of it. */
  async end(code?: number, signal?: string): Promise<void> {
    this.#ended.resolve({ code, signal });
    await new Promise(setImmediate);
  }
}
