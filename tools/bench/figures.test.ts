import { describe, expect, it } from "vitest";
import { figuresOf } from "./figures.ts";

describe("figures", () => {
  it("are values that were measured, by nearest rank", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(figuresOf(hundred)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
    expect(figuresOf([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7, max: 7 });
    expect(figuresOf([3, 1, 2])).toMatchObject({ p50: 2, p95: 3 });
  });
});
