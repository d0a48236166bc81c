import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { Cage, whyNoCage } from "./cage.ts";

const problem = whyNoCage();
const isLeftOut = problem !== undefined && process.env["CI"] !== "true";
if (isLeftOut) console.log(`NOT TESTED here: ${problem}. As root: sudo npm test`);

test.skipIf(isLeftOut)("who takes more memory than the cage has is ended, and counted", () => {
  using cage = new Cage({ memoryBytes: 96 * 2 ** 20, cores: 1 });
  const run = (megabytes: number) => {
    const program = `Buffer.alloc(${megabytes} * 2 ** 20, 1); process.stdout.write("lives")`;
    const script = `${cage.entrance}\nexec "$@"`;
    return spawnSync("sh", ["-c", script, "sh", process.execPath, "-e", program], { encoding: "utf8" });
  };
  expect(run(1)).toMatchObject({ status: 0, stdout: "lives" });
  const { cpuS, peakMb, killed } = cage.usage;
  expect(cpuS).toBeGreaterThan(0);
  expect(peakMb).toBeGreaterThan(1);
  expect(peakMb).toBeLessThanOrEqual(96);
  expect(killed).toBe(0);
  expect(run(200)).toMatchObject({ signal: "SIGKILL", stdout: "" });
  expect(cage.usage.killed).toBe(1);
});

test.skipIf(isLeftOut)("a cage that cannot be made leaves nothing", () => {
  expect(() => new Cage({ memoryBytes: 96 * 2 ** 20, cores: Number.NaN })).toThrow();
  const groups = ["", "memory/", "cpu/"].map((tree) => `/sys/fs/cgroup/${tree}portcade-bench-${process.pid}`);
  expect(groups.filter((group) => existsSync(group))).toEqual([]);
});
