import { describe, expect, it } from "vitest";
import type { Row } from "./row.ts";
import { compare, markdownOf, medianOf, textOf } from "./table.ts";

const base = { workload: "world-move", mode: "aoi", n: 800 } as const;
const rows: Row[] = [
  { ...base, system: "portcade", cpuPercent: 30, hz: 20 },
  { ...base, system: "colyseus-view", cpuPercent: 90, hz: 20 },
  { ...base, system: "portcade", cpuPercent: 20, hz: 20 },
  { ...base, system: "portcade", cpuPercent: 25, hz: 19.9 },
  { ...base, n: 2100, system: "portcade", maxN: 2100 },
  { ...base, n: 700, system: "colyseus-view", maxN: 700 },
  { ...base, n: 400, system: "portcade", cpuPercent: 12, hz: 20 },
];

describe("the table", () => {
  it("compares medians of runs that did the same, each with its ratio to Portcade's", () => {
    const [eight, most, four] = compare(rows).map(markdownOf);
    expect(eight).toBe(
      [
        "**world-move, aoi, N = 800**",
        "",
        "| system | runs | CPU % | Hz |",
        "|---|---|---|---|",
        "| portcade | 3 | 25 | 20 |",
        "| colyseus-view | 1 | 90 (3.60×) | 20 |",
      ].join("\n"),
    );
    expect(most?.split("\n").slice(-2)).toEqual([
      "| portcade | 1 | 2,100 |",
      "| colyseus-view | 1 | 700 (0.33×) |",
    ]);
    expect(four).toContain("| portcade | 1 | 12 | 20 |");
  });

  it("stands in columns on a terminal", () => {
    expect(textOf(compare(rows)[0] ?? { title: "", figures: [], summaries: [] }).split("\n")).toEqual([
      "world-move, aoi, N = 800",
      "  system         runs  CPU %       Hz",
      "  portcade       3     25          20",
      "  colyseus-view  1     90 (3.60×)  20",
    ]);
  });

  it("takes the middle, or between the two in the middle", () => {
    expect([medianOf([3]), medianOf([1, 9]), medianOf([9, 1, 2]), medianOf([4, 1, 2, 3])]).toEqual([
      3, 5, 2, 2.5,
    ]);
  });
});
