import { faded, hex, pick, ramp, rounded, shade } from "#tools/art/kit/color.ts";
import type { Color, Ramp } from "#tools/art/kit/color.ts";
import { blossoms, broadTree, bush, leaves } from "./foliage.ts";
import { shadow } from "#tools/art/kit/light.ts";
import { hash } from "#tools/art/kit/luck.ts";
import { Picture } from "#tools/art/kit/picture.ts";
import { board } from "./sign.ts";

const pink = ramp("6a2468 9c3c88 cc64a6 ec94c0 fbc2d8 fff0f2");
const white = ramp("5c4a90 8674b4 b4a2d4 d8cae8 f0e6f6 ffffff");
const leaf = ramp("28205c 3a3a7c 4c5e98 6a8ab0 94b8c8 c8e2dc");
const bark = ramp("221738 3c284e 5c3f66 84607e b08a98");
const marble = ramp("4a3c70 7464a0 a092c4 c6bae0 e6def4 ffffff");
const gold = ramp("5a3418 96601e d09a34 f6cc60 fff0b0");
const wood = ramp("2a1634 46244c 6c3a60 96587a c08498 e8bcc0");
const ink = hex("1a1034");

/** A cherry of the sky, 96 × 128. */
export function blossomTree(seed: number): Picture {
  const picture = broadTree(seed, seed % 2 ? pink : white, bark);
  for (let i = 0; i < 16; i++) {
    const x = Math.round(16 + hash(seed, i, 1) * 66);
    const y = Math.round(100 + hash(seed, i, 2) * 22);
    picture.rect(x, y, 2, 1, (seed % 2 ? pink : white)[4] ?? 0);
  }
  return picture;
}

/** A column with a scrolled head. 32 × 96. */
export function column(): Picture {
  const picture = new Picture(32, 96);
  shadow(picture, 18, 90, 14, 4, 0.4);
  const body = new Picture(32, 96);
  shaft(body, 16, 80);
  body.area(5, 6, 22, 6, (x, y) => shade(marble, rounded(0.92 - (y - 6) * 0.03, (x - 15.5) / 11), x, y, 0.5));
  body.area(7, 12, 18, 5, (x, y) =>
    shade(marble, rounded(0.66 - (y - 12) * 0.05, (x - 15.5) / 9), x, y, 0.5),
  );
  for (const x of [8, 24])
    body.ellipse(x, 13, 4, 4, (u, v, px, py) =>
      Math.hypot(u, v) < 0.36 ? pick(marble, 1) : shade(marble, 0.76 - u * 0.2 - v * 0.2, px, py, 0.4),
    );
  return picture.draw(body.outlined(ink, 0.2), 0, 0);
}

function shaft(body: Picture, top: number, bottom: number): void {
  body.area(9, top, 14, bottom - top, (x, y) =>
    shade(marble, rounded(0.76, (x + 0.5 - 16) / 7) - ((x - 9) % 3 === 2 ? 0.16 : 0), x, y, 0.4),
  );
  body.area(6, bottom, 20, 5, (x, y) =>
    shade(marble, rounded(0.9 - (y - bottom) * 0.05, (x - 15.5) / 10), x, y, 0.4),
  );
  body.area(4, bottom + 5, 24, 7, (x, y) =>
    shade(marble, rounded(0.66 - (y - bottom - 5) * 0.05, (x - 15.5) / 12), x, y, 0.4),
  );
}

/** What is left of one, and ivy. 32 × 64. */
export function brokenColumn(): Picture {
  const picture = new Picture(32, 64);
  shadow(picture, 18, 58, 14, 4, 0.4);
  const body = new Picture(32, 64);
  shaft(body, 18, 48);
  for (let x = 9; x < 23; x++) for (let y = 10; y < 18 + Math.sin(x * 1.3) * 4; y++) body.set(x, y, 0);
  leaves(body, 15, leaf, [
    [10, 40, 4],
    [13, 46, 5],
    [21, 50, 4],
    [9, 52, 5],
  ]);
  return picture.draw(body.outlined(ink, 0.2), 0, 0);
}

/** An organ that plays itself, 160 × 128, standing on its last row. */
export function organ(): Picture {
  const picture = new Picture(160, 128);
  shadow(picture, 84, 120, 58, 7, 0.45);
  const body = new Picture(128, 128);
  body.area(8, 30, 112, 90, (x, y) => {
    const arch = 30 + Math.max(0, Math.abs(x - 63.5) - 12) * 0.55;
    return y < arch
      ? undefined
      : y < arch + 4
        ? shade(gold, 0.8, x, y, 0.5)
        : shade(wood, 0.42 - (x - 64) * 0.003, x, y, 0.5);
  });
  for (let i = 0; i < 13; i++) pipe(body, 13 + i * 8.1, 18 + Math.abs(i - 6) * 6.6 - (i % 2) * 3, 92);
  body.area(8, 86, 112, 34, (x, y) =>
    (x - 8) % 28 < 2 || y > 116
      ? pick(wood, 1)
      : shade(wood, 0.66 - (y - 86) * 0.01 - (x - 64) * 0.002, x, y, 0.5),
  );
  body.rect(8, 86, 112, 3, pick(gold, 3)).rect(8, 89, 112, 1, pick(gold, 0));
  body.area(36, 96, 56, 7, (x, y) =>
    y < 100 && (x - 36) % 4 === 3 && (x - 36) % 28 !== 11 && (x - 36) % 28 !== 27
      ? ink
      : (x - 36) % 4 === 0
        ? pick(marble, 2)
        : pick(marble, 5),
  );
  body.rect(34, 103, 60, 3, pick(wood, 5));
  for (const x of [14, 100])
    body.text(x, 98, [".oo.oo.", "oooooo.", ".oooo..", "..oo..."], { o: pick(gold, 3) });
  return picture.draw(body.outlined(ink), 16, 0);
}

function pipe(body: Picture, left: number, top: number, bottom: number): void {
  const x = Math.round(left);
  const y = Math.round(top);
  body.area(x, y, 7, bottom - y, (px, py) =>
    shade(gold, rounded(0.72, (px - x - 3) / 3.5) - (py - y < 2 ? -0.14 : 0), px, py, 0.4),
  );
  body.rect(x + 2, bottom - 22, 3, 5, ink).rect(x + 1, bottom - 16, 5, 1, pick(gold, 0));
}

/** A golden harp. 64 × 64. */
export function harp(): Picture {
  const picture = new Picture(64, 64);
  shadow(picture, 34, 58, 22, 4, 0.45);
  const body = new Picture(64, 64);
  for (let i = 0; i < 9; i++)
    body.line(
      21 + i * 3,
      14 + Math.round(Math.sin(i * 0.6) * 3),
      23 + i * 2.9,
      50 - i * 3,
      faded(hex("fff6dc"), 0.75),
    );
  stroke(
    body,
    [
      [16, 52],
      [15, 30],
      [17, 12],
      [21, 7],
    ],
    3,
    gold,
  );
  stroke(
    body,
    [
      [19, 9],
      [28, 15],
      [37, 11],
      [46, 12],
      [50, 18],
    ],
    3,
    gold,
  );
  stroke(
    body,
    [
      [50, 18],
      [42, 34],
      [30, 50],
      [18, 54],
    ],
    4,
    gold,
  );
  body.area(9, 52, 26, 6, (x, y) => shade(wood, 0.8 - (y - 52) * 0.09, x, y, 0.4));
  body.ellipse(20, 6, 3, 3, (u, v, px, py) =>
    shade(ramp("7a3cb8 b06cf0 e8c4ff"), 0.6 - u * 0.4 - v * 0.4, px, py, 0.3),
  );
  return picture.draw(body.outlined(ink), 0, 0);
}

function stroke(
  body: Picture,
  points: readonly (readonly [number, number])[],
  half: number,
  shades: Ramp,
): void {
  for (let i = 1; i < points.length; i++) {
    const [ax, ay] = points[i - 1] ?? [0, 0];
    const [bx, by] = points[i] ?? [0, 0];
    for (let t = 0; t <= 1; t += 0.04)
      body.ellipse(ax + (bx - ax) * t, ay + (by - ay) * t, half, half, (u, v, px, py) =>
        shade(shades, 0.6 - u * 0.34 - v * 0.3, px, py, 0.3),
      );
  }
}

/** A star on a stem, shining. 32 × 64. */
export function starLamp(): Picture {
  const picture = new Picture(32, 64);
  shadow(picture, 17, 58, 8, 3, 0.4);
  const body = new Picture(32, 64);
  body
    .area(14, 26, 4, 30, (x, y) => shade(marble, rounded(0.7, (x - 15.5) / 2), x, y, 0.3))
    .area(10, 55, 12, 4, (x, y) => shade(marble, 0.8 - (y - 55) * 0.14, x, y, 0.3));
  body.area(3, 2, 27, 27, (x, y) => {
    const u = x - 15.5;
    const v = y - 15;
    const r = Math.hypot(u, v);
    return r < 7.4 + Math.cos(Math.atan2(u, -v) * 5) * 4
      ? shade(ramp("f09ad0 ffc8e8 ffe8f4 ffffff"), 1.12 - r / 11 - v * 0.02, x, y, 0.5)
      : undefined;
  });
  picture.ellipse(16, 15, 16, 15, (u, v) => faded(hex("ffd0f4"), 0.42 * (1 - Math.hypot(u, v))));
  return picture.draw(body.outlined(ink, 0.3), 0, 0);
}

/** A bed of blossoms. 64 × 32. */
export function flowerBed(): Picture {
  const picture = bush(64, 32, 55, leaf);
  const bed = new Picture(64, 32);
  bed.area(4, 6, 56, 20, (x, y) => ((picture.get(x, y) & 255) === 255 ? picture.get(x, y) : undefined));
  blossoms(bed, 56, 0.2, ["ffb0dc", "ffffff", "ffe08a", "d8a8ff"]);
  return picture.draw(bed, 0, 0);
}

/** An urn with a flame-coloured plant. 32 × 32. */
export function urn(): Picture {
  const picture = new Picture(32, 32);
  shadow(picture, 17, 28, 10, 3, 0.4);
  const body = new Picture(32, 32);
  body.area(6, 14, 20, 15, (x, y) => {
    const half = y < 16 ? 8 : y < 24 ? 7.5 - ((y - 16) / 8) ** 2 * 4 : y < 26 ? 3.2 : 6;
    const u = (x + 0.5 - 16) / half;
    return Math.abs(u) > 1 ? undefined : shade(marble, rounded(0.76, u), x, y, 0.4);
  });
  leaves(body, 17, pink, [
    [10, 10, 5],
    [22, 10, 5],
    [16, 7, 6],
  ]);
  return picture.draw(body.outlined(ink, 0.2), 0, 0);
}

/** Three bells in a frame. 64 × 96. */
export function bells(): Picture {
  const picture = new Picture(64, 96);
  shadow(picture, 34, 90, 28, 4, 0.4);
  const body = new Picture(64, 96);
  for (const x of [6, 52])
    body.area(x, 14, 6, 78, (px, y) => shade(marble, rounded(0.74, (px - x - 2.5) / 3), px, y, 0.4));
  for (const x of [3, 49])
    body.area(x, 86, 12, 6, (px, y) => shade(marble, 0.86 - (y - 86) * 0.08, px, y, 0.4));
  body.area(2, 10, 60, 7, (x, y) => shade(marble, 0.9 - (y - 10) * 0.08, x, y, 0.4));
  for (const [x, y, size] of [
    [20, 20, 8],
    [32, 40, 11],
    [45, 22, 7],
  ] as const)
    bell(body, x, y, size, gold);
  body.rect(31, 17, 2, 23, pick(gold, 1));
  return picture.draw(body.outlined(ink), 0, 0);
}

function bell(body: Picture, x: number, top: number, size: number, shades: readonly Color[]): void {
  body.rect(x - 1, top - 4, 2, 4, pick(shades, 1));
  body.area(x - size - 2, top, size * 2 + 4, size * 2, (px, y) => {
    const t = (y - top) / (size * 2);
    const half = size * (0.46 + 0.5 * Math.sqrt(t) * (t > 0.8 ? 1.12 : 0.86));
    const u = (px + 0.5 - x) / half;
    return Math.abs(u) > 1 || (t < 0.1 && Math.abs(u) > 0.7)
      ? undefined
      : shade(shades, rounded(t > 0.84 ? 0.86 : 0.66, u), px, y, 0.4);
  });
  body.ellipse(x, top + size * 2, 2, 2, pick(shades, 0));
}

export const skySign = (): Picture => board(wood, ink);
