import { faded, hex, mix, pick, ramp, shade } from "#tools/art/kit/color.ts";
import { broadTree, bush, leaves } from "./foliage.ts";
import { shadow } from "#tools/art/kit/light.ts";
import { hash } from "#tools/art/kit/luck.ts";
import { Picture } from "#tools/art/kit/picture.ts";
import type { Prop } from "#tools/art/kit/sheet.ts";
import { board } from "./sign.ts";

const leaf = ramp("12302e 1c4a36 2d653c 478542 6ea64b a3c65a");
const bark = ramp("2a1a1e 45291f 6a4027 8d5c34 b07e4a");
const iron = ramp("16141f 262433 3c3b4f 5c5d75 8a8ca3");
const wood = ramp("341d1a 57301f 7f4a29 a66a39 cb9150 e6b873");
const stone = ramp("3b2d33 5b4646 806557 a5876c c9ab85 ead3a8");
const pool = ramp("173a5c 1f5a83 2f83a9 56b4c9 9fe0df e8fff8");
const ink = hex("1a1018");

export const tree = (seed: number): Prop => ({
  name: `tree-${seed}`,
  picture: broadTree(seed, leaf, bark),
  solid: ["...", "...", "...", ".#."],
});

/** A post with a lamp; its light is painted on the ground. 32 × 64. */
export function lantern(): Picture {
  const picture = new Picture(32, 64);
  shadow(picture, 17, 57, 9, 4, 0.5);
  const body = new Picture(32, 64);
  body
    .rect(14, 24, 4, 32, pick(iron, 2))
    .rect(14, 24, 1, 32, pick(iron, 4))
    .rect(17, 24, 1, 32, pick(iron, 1));
  body.rect(11, 53, 10, 5, pick(iron, 1)).rect(12, 51, 8, 2, pick(iron, 3)).rect(12, 34, 8, 2, pick(iron, 3));
  body.rect(9, 8, 14, 16, pick(iron, 1));
  body.area(11, 10, 10, 12, (x, y) =>
    shade(ramp("f08a32 ffb347 ffd777 fff3c2 ffffff"), 1.1 - Math.hypot(x - 15.5, y - 16) / 9, x, y, 0.6),
  );
  body.rect(15, 10, 1, 12, pick(iron, 2));
  body.rect(8, 22, 16, 3, pick(iron, 2)).rect(8, 22, 16, 1, pick(iron, 4));
  for (let i = 0; i < 5; i++) body.rect(9 + i, 8 - i, 14 - i * 2, 1, i === 0 ? pick(iron, 4) : pick(iron, 2));
  body.rect(15, 1, 2, 3, pick(iron, 3));
  picture.ellipse(16, 16, 15, 15, (u, v) => faded(hex("ffc46b"), 0.34 * (1 - Math.hypot(u, v))));
  return picture.draw(body.outlined(ink), 0, 0);
}

/** A bench of two tiles. 64 × 32. */
export function bench(): Picture {
  const picture = new Picture(64, 32);
  shadow(picture, 33, 26, 29, 5, 0.45);
  const body = new Picture(64, 32);
  for (const x of [7, 52]) body.rect(x, 4, 4, 23, pick(iron, 1)).rect(x, 4, 1, 23, pick(iron, 3));
  for (const [y, tone] of [
    [3, 0.8],
    [8, 0.62],
    [15, 0.92],
    [19, 0.74],
    [23, 0.5],
  ] as const)
    body.area(4, y, 55, 4, (x, py) =>
      py === y + 3
        ? pick(wood, 1)
        : shade(wood, tone - (py - y) * 0.09 + (hash(2, x >> 3, y) - 0.5) * 0.2, x, py, 0.5),
    );
  return picture.draw(body.outlined(ink), 0, 0);
}

/** A stone box of flowers. 32 × 32. */
export function planter(): Picture {
  const picture = new Picture(32, 32);
  shadow(picture, 17, 27, 14, 4, 0.45);
  const body = new Picture(32, 32);
  body.area(4, 16, 24, 12, (x, y) =>
    x === 15 || y === 27
      ? pick(stone, 1)
      : shade(stone, 0.85 - (y - 16) * 0.045 - (x > 24 ? 0.2 : 0), x, y, 0.6),
  );
  body.rect(3, 15, 26, 3, pick(stone, 5)).rect(3, 18, 26, 1, pick(stone, 1));
  leaves(body, 71, leaf, [
    [9, 13, 7],
    [22, 13, 7],
    [16, 10, 8],
  ]);
  for (const [x, y, color] of [
    [7, 9, "ff7d8f"],
    [13, 6, "ffe08a"],
    [19, 8, "ff9fb2"],
    [24, 11, "c8a2ff"],
    [11, 13, "fff4d8"],
    [17, 13, "ff7d8f"],
  ] as const) {
    body.rect(x - 1, y, 3, 1, hex(color)).rect(x, y - 1, 1, 3, hex(color));
    body.set(x, y, hex("fff6c4"));
  }
  return picture.draw(body.outlined(ink), 0, 0);
}

/** The fountain, 96 × 128: the basin fills the lower three tiles, its jet rises above. */
export function fountain(): Picture {
  const picture = new Picture(96, 128);
  shadow(picture, 50, 88, 46, 37, 0.4);
  const body = new Picture(96, 128);
  basin(body, 48, 79, 46, 36, 10);
  body.area(40, 56, 16, 30, (x, y) =>
    y > 83 - Math.abs(x - 47.5) * 0.3 ? pick(pool, 4) : shade(stone, 0.78 - (x - 40) * 0.045, x, y, 0.6),
  );
  basin(body, 48, 48, 22, 12, 6);
  body.rect(45, 26, 6, 20, pick(stone, 3)).rect(45, 26, 2, 20, pick(stone, 5));
  picture.draw(body.outlined(ink), 0, 0);
  jets(picture);
  return picture;
}

function basin(body: Picture, x: number, y: number, rx: number, ry: number, wallHeight: number): void {
  body.ellipse(x, y + wallHeight, rx, ry, (u, _v, px, py) =>
    shade(stone, 0.5 - u * 0.34 - (hash(4, px >> 3, py >> 2) - 0.5) * 0.1, px, py, 0.6),
  );
  body.ellipse(x, y, rx, ry, (u, v, px, py) =>
    shade(
      stone,
      0.86 - u * 0.1 - v * 0.12 - (hash(9, Math.floor(Math.atan2(v, u) * 6), 1) > 0.8 ? 0.12 : 0),
      px,
      py,
      0.6,
    ),
  );
  body.ellipse(x, y + 1, rx - 6, ry - 5, pick(stone, 0));
  body.ellipse(x, y + 2, rx - 7, ry - 6, (u, v, px, py) => {
    const ring = Math.sin(Math.hypot(u * rx, v * ry * 1.2) * 0.75);
    return shade(pool, 0.36 - v * 0.12 + (ring > 0.8 && hash(6, px >> 2, py) > 0.35 ? 0.34 : 0), px, py, 0.6);
  });
}

function jets(picture: Picture): void {
  for (let i = 0; i < 260; i++) {
    const side = (i % 2) * 2 - 1;
    const t = hash(8, i, 1);
    const reach = (i % 4 < 2 ? 15 : 34) * (0.8 + hash(8, i, 2) * 0.3);
    const drop = i % 4 < 2 ? 24 : 58;
    const x = Math.round(48 + side * reach * t);
    const y = Math.round(24 - 26 * t * (1 - t) * 2 + drop * t * t);
    picture.put(x, y, faded(pool[hash(8, i, 3) > 0.4 ? 5 : 4] ?? 0, 0.85));
  }
  picture
    .rect(47, 12, 2, 16, faded(pick(pool, 5), 0.9))
    .rect(46, 16, 1, 12, faded(pick(pool, 4), 0.7))
    .rect(49, 16, 1, 12, faded(pick(pool, 4), 0.7));
}

/** A cabinet with a game on its screen. 32 × 64. */
export function arcade(): Picture {
  const picture = new Picture(32, 64);
  shadow(picture, 17, 57, 14, 5, 0.5);
  const side = ramp("2a1740 44246a 6a3a9a 9560c9");
  const body = new Picture(32, 64);
  body.area(5, 8, 22, 50, (x, y) =>
    shade(side, x < 8 ? 0.9 : x > 23 ? 0.1 : 0.45 - (y - 8) * 0.004, x, y, 0.4),
  );
  body.area(5, 8, 22, 9, (x, y) =>
    shade(ramp("c2413f f08a32 ffd777"), (16 - y) / 9 + (x - 16) * 0.01, x, y, 0.8),
  );
  body.text(9, 10, ["# # ### #  #", "### # # ## #", "# # ### #  #"], { "#": hex("fff6d8") });
  body.area(8, 19, 16, 14, (x, y) =>
    hash(12, x >> 1, y >> 1) > 0.86
      ? hex("7dfcd0")
      : shade(ramp("0c1a2c 12365a 1b5c86"), 0.5 + (26 - y) / 26, x, y, 0.5),
  );
  body.text(12, 23, [".##.##.", "#######", ".#####.", "..###..", "...#..."], { "#": hex("ff6b8b") });
  body.area(6, 34, 20, 6, (x, y) => shade(iron, 0.8 - (y - 34) * 0.12, x, y, 0.4));
  body.rect(11, 34, 2, 3, hex("e6e6f0")).rect(11, 33, 2, 2, hex("ff5a5a"));
  body.rect(18, 36, 1, 1, hex("ffd777")).rect(20, 36, 1, 1, hex("7dfcd0"));
  body.rect(22, 36, 1, 1, hex("ff6b8b")).rect(14, 46, 5, 7, pick(iron, 1)).rect(15, 48, 3, 1, hex("ffd777"));
  body.area(5, 55, 22, 3, () => pick(side, 0));
  picture.ellipse(16, 30, 15, 15, (u, v) => faded(hex("6be7ff"), 0.16 * (1 - Math.hypot(u, v))));
  return picture.draw(body.outlined(ink), 0, 0);
}

/** A cloth that hangs from the wall. 32 × 64. */
export function banner(color: string): Picture {
  const cloth = [
    mix(hex(color), ink, 0.55),
    mix(hex(color), ink, 0.3),
    hex(color),
    mix(hex(color), hex("fff0d0"), 0.3),
  ];
  const body = new Picture(32, 64);
  body.rect(6, 6, 20, 3, pick(iron, 3)).rect(6, 6, 20, 1, pick(iron, 4));
  body.area(8, 9, 16, 44, (x, y) => {
    if (y > 44 && Math.abs(x - 15.5) < (y - 44) * 0.9) return undefined;
    const fold = Math.sin((x - 8) * 0.8 + y * 0.05) * 0.28;
    return x === 9 || x === 22 ? hex("e8c477") : shade(cloth, 0.6 + fold - (y < 12 ? 0.3 : 0), x, y, 0.5);
  });
  body.text(
    11,
    20,
    [
      "....#.....",
      "...###....",
      "..#####...",
      ".#######..",
      "##.###.##.",
      "...###....",
      "...###....",
      "..#####...",
    ],
    { "#": hex("f6dfa0") },
  );
  return new Picture(32, 64).draw(body.outlined(ink), 0, 0);
}

export const hedge = (): Picture => bush(64, 32, 91, leaf);

export const signpost = (): Picture => board(wood, ink);
