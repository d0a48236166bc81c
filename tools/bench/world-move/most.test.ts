import { describe, expect, it } from "vitest";
import { largest } from "./most.ts";

async function tried(limit: number): Promise<{ found: number | undefined; tries: number[] }> {
  const tries: number[] = [];
  const found = await largest((n) => {
    tries.push(n);
    return Promise.resolve(n <= limit ? n : undefined);
  });
  return { found, tries };
}

describe("the search for the largest crowd", () => {
  it("comes within a few percent and never above", async () => {
    for (const limit of [400, 790, 1250, 2100, 3090]) {
      const { found = 0, tries } = await tried(limit);
      expect(found).toBeLessThanOrEqual(limit);
      expect(found).toBeGreaterThan(limit * 0.95);
      expect(tries.length).toBeLessThan(13);
    }
  });

  it("goes down when the first crowd is too large already, and finds nothing when all are", async () => {
    expect((await tried(220)).found).toBe(200);
    expect((await tried(0)).found).toBeUndefined();
  });
});
