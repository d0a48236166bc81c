import { describe, expect, it } from "vitest";
import { groundOf } from "./ground.ts";

const solid = (bytes: number[]): string => Buffer.from(bytes).toString("base64");

describe("ground", () => {
  it("reads the bit set row by row, least significant bit first", () => {
    const ground = groundOf({ w: 5, h: 2, tile: 32, solid: solid([0b0010_0001, 0b10]) });
    const cells = [0, 1].map((row) => [0, 1, 2, 3, 4].map((column) => ground.isSolid(column, row)));
    expect(cells).toEqual([
      [true, false, false, false, false],
      [true, false, false, false, true],
    ]);
  });

  it("is solid outside the map", () => {
    const ground = groundOf({ w: 2, h: 2, tile: 32, solid: solid([0]) });
    expect([
      ground.isSolid(-1, 0),
      ground.isSolid(0, -1),
      ground.isSolid(2, 0),
      ground.isSolid(0, 2),
    ]).toEqual(Array(4).fill(true));
    expect(ground.isSolid(1, 1)).toBe(false);
  });

  it("agrees with the platform's own base64 for every length", () => {
    for (let length = 0; length < 40; length++) {
      const bytes = Array.from({ length }, (_, index) => (index * 73 + 41) & 0xff);
      const ground = groundOf({ w: Math.max(1, length * 8), h: 1, tile: 1, solid: solid(bytes) });
      const read = bytes.map((_, at) =>
        [0, 1, 2, 3, 4, 5, 6, 7].reduce((n, bit) => n | (Number(ground.isSolid(at * 8 + bit, 0)) << bit), 0),
      );
      expect(read).toEqual(bytes);
    }
  });
});
