import { describe, expect, it } from "vitest";
import { faultOf } from "./row.ts";
import type { Row } from "./row.ts";

const row: Row = { workload: "world-move", mode: "aoi", system: "portcade", n: 800, cpuPercent: 28 };

describe("a row", () => {
  it("counts while the load generator has room", () => {
    expect(faultOf(row)).toBeUndefined();
    expect(faultOf({ ...row, loadCpuPercent: 79.9 })).toBeUndefined();
  });

  it("does not count when the load generator was the limit", () => {
    expect(faultOf({ ...row, loadCpuPercent: 80 })).toMatch(/80 % of its core/);
  });

  it("does not count when a figure is none", () => {
    expect(faultOf({ ...row, p99Ms: Number.NaN })).toBe("p99Ms is NaN");
    expect(faultOf({ ...row, p50Ms: -3 })).toBe("p50Ms is -3");
  });
});
