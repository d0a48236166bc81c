import { describe, expect, it } from "vitest";
import { withSection } from "./section.ts";

describe("a section of the benchmarks", () => {
  it("is added at the end, and replaced where it stands", () => {
    const once = withSection("# Benchmarks\n", "travel", "one");
    expect(once).toBe("# Benchmarks\n\n<!-- travel: begin -->\none\n<!-- travel: end -->\n");
    const two = withSection(once, "memory", "two");
    const again = withSection(two, "travel", "other\n");
    expect(again).toBe(two.replace("\none\n", "\nother\n"));
    expect(again).toContain("\ntwo\n");
  });
});
