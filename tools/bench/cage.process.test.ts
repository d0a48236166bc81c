import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { Cage, whyNoCage } from "./cage.ts";

const problem = whyNoCage();
if (problem !== undefined) console.log(`Limits for a group of processes are not tested: ${problem}.`);

test.skipIf(problem !== undefined)("who takes more memory than the cage has is ended, and counted", () => {
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
