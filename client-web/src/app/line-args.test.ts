import { describe, expect, it } from "vitest";
import { readLineArgs } from "./line-args.ts";

describe("a bad line asked for by the address", () => {
  it("is none unless something is bad about it", () => {
    for (const query of ["", "?stats=1", "?lag=0&jitter=0&loss=0", "?seed=4"])
      expect(readLineArgs(query).shape).toBeUndefined();
  });

  it("has what is asked for, and the luck of its seed", () => {
    expect(readLineArgs("?lag=80&jitter=20&loss=2&seed=7")).toEqual({
      shape: { lagMs: 80, jitterMs: 20, loss: 0.02 },
      seed: 7,
      refused: [],
    });
    expect(readLineArgs("?loss=0.5").shape).toEqual({ lagMs: 0, jitterMs: 0, loss: 0.005 });
  });

  it("refuses what cannot be by name, and takes the rest", () => {
    const { shape, refused } = readLineArgs("?lag=-5&jitter=1e3&loss=51&seed=x");
    expect(shape).toBeUndefined();
    expect(refused.map((text) => text.split(" ")[0])).toEqual(["lag=-5", "jitter=1e3", "loss=51", "seed=x"]);
    expect(readLineArgs("?lag=fast&loss=2").shape).toEqual({ lagMs: 0, jitterMs: 0, loss: 0.02 });
    expect(readLineArgs("?lag=").refused).toHaveLength(1);
    expect(readLineArgs(`?lag=${"9".repeat(100)}`).refused[0]?.length).toBeLessThan(60);
  });
});
