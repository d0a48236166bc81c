import { afterEach } from "vitest";
import { TestMaster } from "./testing.ts";

/** For the top of a test file: the masters it starts are ended after each test, with everything they started. */
export class TestMasters {
  readonly #running: TestMaster[] = [];

  constructor() {
    afterEach(async () => {
      for (const master of this.#running.splice(0)) await master.end();
    });
  }

  /** Resolves when it is ready for players. */
  async start(...options: Parameters<typeof TestMaster.start>): Promise<TestMaster> {
    return this.keep(await TestMaster.start(...options));
  }

  keep(master: TestMaster): TestMaster {
    this.#running.push(master);
    return master;
  }
}
