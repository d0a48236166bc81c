import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rehearse } from "./rehearsal.ts";

test.runIf(process.platform === "linux")(
  "a rehearsal opens a world, is turned away at its door, and leaves nothing behind",
  async () => {
    const name = `@portcade-rehearsal-${process.pid}`;
    const names = (): string => readFileSync("/proc/net/unix", "utf8");
    const over = rehearse();
    await new Promise(setImmediate);
    expect(names()).toContain(name);
    await over;
    expect(names()).not.toContain(name);
    await rehearse();
  },
);
