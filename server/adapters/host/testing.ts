import type { LaunchOrder } from "#shared/protocol/launch-master.ts";
import type { WorldProcess } from "./world-process.ts";

/** A world process that is none. */
export class FakeProcess implements WorldProcess {
  readonly pid: number | undefined;
  readonly orders: LaunchOrder[] = [];
  isDismissed = false;
  isKilled = false;
  readonly #ended = Promise.withResolvers<number | undefined>();
  readonly ended = this.#ended.promise;

  constructor(pid?: number) {
    this.pid = pid;
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
  async end(code?: number): Promise<void> {
    this.#ended.resolve(code);
    await new Promise(setImmediate);
  }
}
