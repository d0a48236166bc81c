import { faded, hex, mix, pick, ramp, shade } from "#tools/art/kit/color.ts";
import type { Color } from "#tools/art/kit/color.ts";
import { leaves } from "./foliage.ts";
import { shadow } from "#tools/art/kit/light.ts";
import { hash } from "#tools/art/kit/luck.ts";
import { Picture } from "#tools/art/kit/picture.ts";
import { board } from "./sign.ts";

const frond = ramp("0c3a44 14595a 1f7f6a 3aa774 74cc7c bdea94");
const bark = ramp("2c2233 54403f 85684f b3936a d8bd8c");
const gem = ramp("123a86 1f64b8 2f97dc 5fcdf0 a6f0fa f2ffff");
const violet = ramp("2c2a86 4a4fc4 7484ea a4b8fa d4e4ff ffffff");
const wood = ramp("2c2233 4f3a3f 7a5548 a67c5a cba474 e5c693");
const plaster = ramp("5a6a98 8a9cc0 b8c8de dce8f2 f4fafd ffffff");
const navy = ramp("0f1c4a 193376 2654a8 3f80d0 74b0ea");
const ink = hex("0d1230");

/** A palm, 96 × 128, its foot in the middle of the last row. */
export function palm(seed: number): Picture {
  const picture = new Picture(96, 128);
  shadow(picture, 54, 114, 30, 9, 0.35);
  const body = new Picture(96, 128);
  const lean = seed === 1 ? 7 : -9;
  for (let y = 116; y > 42; y--) {
    const t = (116 - y) / 74;
    const x = 48 + lean * t * t;
    const half = 5.5 - t * 2.2 + (y > 110 ? (y - 110) * 0.5 : 0);
    body.area(x - half, y, half * 2, 1, (px, py) =>
      shade(
        bark,
        0.75 - ((px - x) / half) * 0.3 - ((y + Math.round((px - x) / 2)) % 7 === 0 ? 0.34 : 0),
        px,
        py,
        0.4,
      ),
    );
  }
  const top = { x: 48 + lean, y: 40 };
  for (const [index, angle] of [-2.7, -0.4, -2.05, -1.1, 2.75, 0.42, -1.57, 2.2, 0.95].entries())
    leafBlade(body, top, angle, 34 + hash(seed, index, 1) * 7, index);
  for (const [dx, dy] of [
    [-4, 3],
    [3, 4],
    [0, 6],
  ] as const)
    body.ellipse(top.x + dx, top.y + dy, 3, 3, (u, v, px, py) =>
      shade(bark, 0.6 - u * 0.3 - v * 0.3, px, py, 0.4),
    );
  return picture.draw(body.outlined(ink, 0.2), 0, 0);
}

function leafBlade(
  body: Picture,
  top: { x: number; y: number },
  angle: number,
  length: number,
  index: number,
): void {
  for (let i = 0; i <= length; i++) {
    const t = i / length;
    const x = top.x + Math.cos(angle) * i;
    const y = top.y + Math.sin(angle) * i * 0.72 + t * t * 19;
    const half = 6.2 * Math.sin(Math.PI * Math.min(1, t * 0.86 + 0.14)) + 0.6;
    for (let w = -half; w <= half; w++) {
      if (Math.floor(i / 2) % 3 === 2 && Math.abs(w) > half * 0.55) continue;
      const tone =
        0.5 - (w / half) * 0.3 + (1 - t) * 0.12 + (Math.abs(w) < 0.6 ? 0.24 : 0) - (index < 2 ? 0.08 : 0);
      body.put(Math.round(x), Math.round(y + w), shade(frond, tone, i, index, 0.2));
    }
  }
}

/** A cluster of crystals, 64 × 96, its foot in the lower two rows. */
export function crystals(seed: number): Picture {
  const picture = new Picture(64, 96);
  shadow(picture, 34, 82, 29, 10, 0.4);
  picture.ellipse(32, 60, 31, 35, (u, v) => faded(hex("6ff2ff"), 0.2 * (1 - Math.hypot(u, v))));
  const body = new Picture(64, 96);
  const tall = seed === 1 ? 0 : 14;
  const spires = [
    [20, 84, -9, 44, 7],
    [45, 84, 10, 38, 7],
    [33, 86, 1, 58 + tall, 10],
    [24, 88, -5, 26, 6],
    [42, 89, 6, 22, 6],
    [13, 86, -5, 16, 4],
    [53, 87, 4, 14, 4],
  ] as const;
  for (const [index, [x, y, lean, height, half]] of spires.entries())
    spire(body, x, y, lean, height, half, index % 3 === 1 ? violet : gem);
  return picture.draw(body.outlined(ink, 0.2), 0, 0);
}

/** One crystal: a lit face, a dark face, a bright ridge between them. */
function spire(
  body: Picture,
  x: number,
  y: number,
  lean: number,
  height: number,
  half: number,
  shades: readonly Color[],
): void {
  for (let i = 0; i < height; i++) {
    const t = i / height;
    const tip = t > 0.72 ? (1 - t) / 0.28 : 1;
    const wide = half * (0.82 + 0.18 * Math.min(1, t * 3)) * tip;
    const middle = x + lean * t;
    const ridge = -0.15 * tip;
    for (let px = Math.round(middle - wide); px < middle + wide; px++) {
      const u = (px + 0.5 - middle) / Math.max(1, wide);
      const tone = Math.abs(u - ridge) < 0.16 ? 0.98 : u < ridge ? 0.66 + t * 0.16 : 0.3 + t * 0.2;
      body.put(
        px,
        y - i,
        shade(shades, tone - (i < 5 ? 0.2 : 0) + (tip < 1 && u < ridge ? 0.2 : 0), px, y - i, 0.5),
      );
    }
  }
}

/** One small crystal group. 32 × 32. */
export function crystal(): Picture {
  const picture = new Picture(32, 32);
  shadow(picture, 17, 27, 12, 4, 0.4);
  const body = new Picture(32, 32);
  spire(body, 10, 28, -3, 16, 4, violet);
  spire(body, 22, 28, 4, 13, 4, gem);
  spire(body, 16, 29, 0, 23, 5, gem);
  return picture.draw(body.outlined(ink, 0.2), 0, 0);
}

/** A rowing boat, 96 × 64, afloat. */
export function boat(): Picture {
  const picture = new Picture(96, 64);
  picture.ellipse(50, 42, 45, 15, faded(hex("061236"), 0.45));
  const body = new Picture(96, 64);
  const hull = (x: number, half: number, y: number): boolean =>
    ((x + 0.5 - 48) / half) ** 2 + (Math.abs(y - 32) / (half * 0.4)) ** 1.5 < 1;
  body.area(2, 10, 92, 46, (x, y) =>
    hull(x, 44, y - 8) && y > 30
      ? shade(navy, 0.62 - (x - 48) * 0.004 - (y - 36) * 0.018, x, y, 0.5)
      : undefined,
  );
  body.area(2, 10, 92, 46, (x, y) => {
    if (!hull(x, 44, y)) return undefined;
    if (!hull(x, 40, y)) return shade(plaster, 0.82 - (x - 48) * 0.004, x, y, 0.5);
    return (y + (x >> 5)) % 6 === 0 ? pick(wood, 1) : shade(wood, 0.5 + (y - 20) * 0.014, x, y, 0.5);
  });
  for (const x of [28, 54])
    body.area(x, 21, 8, 23, (px, py) => shade(wood, 0.86 - (px - x) * 0.05, px, py, 0.4));
  body.line(10, 46, 60, 20, pick(wood, 4)).line(10, 47, 60, 21, pick(wood, 2));
  picture.draw(body.outlined(ink), 0, 0);
  return picture.text(4, 50, ["..######......#####...", "##......######.....###"], {
    "#": faded(hex("c8f5ee"), 0.8),
  });
}

function box(body: Picture, x: number, y: number, side: number): void {
  body.area(x, y, side, 7, (px, py) => shade(wood, 0.92 - (py - y) * 0.02, px, py, 0.5));
  body.area(x, y + 7, side, side - 5, (px, py) => {
    const u = px - x;
    const v = py - y - 7;
    const frame = u < 3 || u > side - 4 || v < 3 || v > side - 9;
    const brace = Math.abs(u - (v * side) / (side - 6)) < 2;
    return shade(
      wood,
      (frame ? 0.72 : brace ? 0.62 : 0.42) - u * 0.006 - (v === 3 || u === 3 ? 0.2 : 0),
      px,
      py,
      0.4,
    );
  });
}

/** Crates, 64 × 64, standing on the lower row. */
export function crates(): Picture {
  const picture = new Picture(64, 64);
  shadow(picture, 34, 57, 30, 6, 0.4);
  const body = new Picture(64, 64);
  box(body, 5, 32, 26);
  box(body, 33, 33, 25);
  box(body, 17, 10, 26);
  return picture.draw(body.outlined(ink), 0, 0);
}

/** A barrel of salt water. 32 × 32. */
export function barrel(): Picture {
  const picture = new Picture(32, 32);
  shadow(picture, 18, 28, 12, 3, 0.4);
  const body = new Picture(32, 32);
  body.area(5, 5, 22, 25, (x, y) => {
    const half = 9.4 + Math.sin(((y - 5) / 25) * Math.PI) * 1.8;
    const u = (x + 0.5 - 16) / half;
    if (Math.abs(u) > 1 || y > 26 + Math.sqrt(1 - u * u) * 3) return undefined;
    return Math.abs(y - 12 - Math.sqrt(1 - u * u) * 2) < 1.2 ||
      Math.abs(y - 22 - Math.sqrt(1 - u * u) * 2) < 1.2
      ? shade(navy, 0.7 - u * 0.4, x, y, 0.3)
      : shade(wood, 0.62 - u * 0.34 - (x % 5 === 0 ? 0.2 : 0), x, y, 0.4);
  });
  body
    .ellipse(16, 6, 9.5, 3.6, pick(wood, 0))
    .ellipse(16, 6.4, 8, 2.6, (u, _v, px, py) => shade(gem, 0.5 - u * 0.3, px, py, 0.6));
  return picture.draw(body.outlined(ink), 0, 0);
}

/** A bush of coral. 32 × 32. */
export function coral(): Picture {
  const picture = new Picture(32, 32);
  shadow(picture, 17, 28, 11, 3, 0.35);
  const body = new Picture(32, 32);
  const pink = ramp("7a2458 b83a6a e8607c ff98a0 ffd0c4");
  leaves(body, 44, pink, [
    [8, 14, 4],
    [24, 13, 4],
    [15, 7, 4],
    [20, 19, 4],
    [11, 21, 4],
  ]);
  for (const [x1, y1, x2, y2] of [
    [16, 29, 15, 9],
    [15, 26, 8, 15],
    [16, 24, 24, 14],
    [17, 27, 21, 20],
    [15, 28, 11, 22],
  ] as const)
    body
      .line(x1, y1, x2, y2, pick(pink, 2))
      .line(x1 + 1, y1, x2 + 1, y2, pick(pink, 1))
      .line(x1 - 1, y1, x2 - 1, y2, pick(pink, 3));
  return picture.draw(body.outlined(ink, 0.2), 0, 0);
}

/** Shells washed up. 32 × 32, flat. */
export function shells(): Picture {
  const picture = new Picture(32, 32);
  const legend = { o: hex("3a3a66"), a: hex("f6c9b8"), b: hex("fff0e0"), c: hex("d98f94") };
  picture.text(5, 7, ["..ooo..", ".obabo.", "obababo", "ocacaco", ".ooooo."], legend);
  picture.text(18, 17, ["..oo..", ".obbo.", "obaabo", "oaccao", ".oooo."], legend);
  return picture.text(11, 22, [".oo.", "obao", ".oo."], legend);
}

/** A starfish. 32 × 32, flat. */
export function starfish(): Picture {
  const body = new Picture(32, 32);
  const orange = ramp("b04a3a e8744a ffa86a ffd8a0");
  body.paint((x, y) => {
    const u = x - 15.5;
    const v = y - 16;
    const arm = Math.cos(Math.atan2(u, -v) * 5);
    const r = Math.hypot(u, v);
    return r < 5.2 + arm * 4.6
      ? shade(orange, 0.72 - v * 0.05 - u * 0.03 + (hash(5, x >> 1, y >> 1) > 0.78 ? 0.25 : 0), x, y, 0.4)
      : undefined;
  });
  return new Picture(32, 32).draw(body.outlined(mix(ink, hex("b04a3a"), 0.4)), 0, 0);
}

export const tideSign = (): Picture => board(wood, ink);
