import { describe, expect, test } from "vitest";
import { tileOf } from "./tile-of.ts";

const tilesets = [
  { image: "tiles/ground.png", firstgid: 1, columns: 8, count: 64 },
  { image: "tiles/deco.png", firstgid: 65, columns: 4, count: 16 },
];

describe("a tile's picture", () => {
  test("is nothing for id 0", () => {
    expect(tileOf(0, tilesets)).toBeUndefined();
  });

  test("comes from the tileset with the greatest first id not above its own", () => {
    expect(tileOf(64, tilesets)).toMatchObject({ image: "tiles/ground.png", column: 7, row: 7 });
    expect(tileOf(65, tilesets)).toMatchObject({ image: "tiles/deco.png", column: 0, row: 0 });
    expect(tileOf(71, tilesets)).toMatchObject({ image: "tiles/deco.png", column: 2, row: 1 });
  });

  test("is nothing beyond the last tile of its set", () => {
    expect(tileOf(81, tilesets)).toBeUndefined();
  });

  test("flips by the top three bits, also the one that makes the number negative", () => {
    const flipped = tileOf(0x80000000 | 3, tilesets);
    expect(flipped).toMatchObject({
      column: 2,
      row: 0,
      isFlippedAcross: true,
      isFlippedDown: false,
      isTurned: false,
    });
    expect(tileOf(0x60000003, tilesets)).toMatchObject({
      isFlippedAcross: false,
      isFlippedDown: true,
      isTurned: true,
    });
  });
});
