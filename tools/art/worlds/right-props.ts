import { faded, hex, pick, ramp, rounded, shade } from "#tools/art/kit/color.ts";
import type { Ramp } from "#tools/art/kit/color.ts";
import { shadow } from "#tools/art/kit/light.ts";
import { hash } from "#tools/art/kit/luck.ts";
import { Picture } from "#tools/art/kit/picture.ts";
import { board } from "./sign.ts";

const iron = ramp("17141a 2a262d 454049 68606a 938a92 c4bcc0");
const brick = ramp("2a1214 4c211e 7a3828 a25238 c67450 e6a578");
const fire = ramp("7a1608 c8340c f4701a ffa42c ffd860 fff8cc");
const wood = ramp("2a1716 4a2a20 74442a a0663c c98f56 e8ba80");
const cactusGreen = ramp("12302a 1f4c34 346e3e 55924a 86b85c c0dc88");
const bone = ramp("6a5a58 a89684 d8c8aa f6ecd0");
const copper = ramp("3a1a14 6e3420 a85a30 d98a4c f6c084");
const ink = hex("160a10");

/** An anvil on its block, a glowing blade on it. 64 × 32. */
export function anvil(): Picture {
  const picture = new Picture(64, 32);
  shadow(picture, 34, 27, 22, 5, 0.45);
  const body = new Picture(64, 32);
  body.area(20, 17, 24, 13, (x, y) =>
    y < 19
      ? shade(wood, 0.9, x, y, 0.4)
      : x % 7 === 0
        ? pick(wood, 0)
        : shade(wood, 0.6 - (x - 20) * 0.016, x, y, 0.5),
  );
  body.area(25, 10, 14, 8, (x, y) => shade(iron, 0.55 - (x - 25) * 0.02, x, y, 0.4));
  body.area(10, 4, 42, 8, (x, y) =>
    x < 20 && y > 4 + (x - 8) * 0.6
      ? undefined
      : y === 4
        ? pick(iron, 5)
        : shade(iron, 0.7 - (y - 4) * 0.07, x, y, 0.4),
  );
  body.area(26, 2, 22, 3, (x, y) => shade(fire, 0.5 + (x - 26) * 0.022 - (y - 2) * 0.08, x, y, 0.5));
  picture.draw(body.outlined(ink), 0, 0);
  return picture.ellipse(38, 5, 16, 9, (u, v) => faded(hex("ff9a3c"), 0.35 * (1 - Math.hypot(u, v))));
}

/** Pipes out of the ground with a wheel. 32 × 64. */
export function pipes(): Picture {
  const picture = new Picture(32, 64);
  shadow(picture, 17, 58, 14, 4, 0.45);
  const body = new Picture(32, 64);
  pipe(body, 9, 14, 60, 5, copper);
  pipe(body, 22, 28, 60, 5, iron);
  body.area(9, 9, 18, 10, (x, y) => shade(copper, 0.86 - (y - 9) * 0.07, x, y, 0.4));
  body
    .area(4, 8, 6, 12, (x, y) => shade(copper, 0.8 - (y - 8) * 0.05, x, y, 0.4))
    .area(25, 8, 4, 12, (x, y) => shade(iron, 0.8 - (y - 8) * 0.05, x, y, 0.4));
  body.ellipse(22, 36, 7, 7, (u, v) =>
    Math.hypot(u, v) > 0.66 || Math.abs(u) < 0.16 || Math.abs(v) < 0.16
      ? hex(v < -0.2 ? "ff6a52" : "b8302c")
      : undefined,
  );
  return picture.draw(body.outlined(ink), 0, 0);
}

function pipe(body: Picture, x: number, top: number, bottom: number, half: number, shades: Ramp): void {
  body.area(x - half, top, half * 2, bottom - top, (px, y) =>
    shade(shades, rounded(0.62, (px + 0.5 - x) / half), px, y, 0.4),
  );
  for (const y of [top + 14, bottom - 5])
    body.area(x - half - 1, y, half * 2 + 2, 4, (px) =>
      shade(shades, rounded(0.78, (px + 0.5 - x) / half), px, y, 0.4),
    );
}

/** Two gears leaning on each other. 64 × 64. */
export function gears(): Picture {
  const picture = new Picture(64, 64);
  shadow(picture, 34, 57, 28, 5, 0.45);
  const body = new Picture(64, 64);
  gear(body, 40, 36, 19, 10, copper);
  gear(body, 19, 44, 14, 8, iron);
  return picture.draw(body.outlined(ink), 0, 0);
}

function gear(body: Picture, x: number, y: number, radius: number, teeth: number, shades: Ramp): void {
  body.area(x - radius - 4, y - radius - 4, radius * 2 + 8, radius * 2 + 8, (px, py) => {
    const r = Math.hypot(px + 0.5 - x, py + 0.5 - y);
    const angle = Math.atan2(py + 0.5 - y, px + 0.5 - x);
    if (r > (Math.cos(angle * teeth) > -0.1 ? radius + 3 : radius - 0.5) || r < radius * 0.24)
      return undefined;
    const groove = Math.abs(r - radius * 0.78) < 0.9 || Math.abs(r - radius * 0.42) < 0.9 ? -0.26 : 0;
    return shade(shades, 0.6 + Math.cos(angle + 2.3) * 0.22 + groove, px, py, 0.4);
  });
}

/** An ore cart full of glowing ore. 64 × 64. */
export function cart(): Picture {
  const picture = new Picture(64, 64);
  shadow(picture, 34, 57, 29, 5, 0.45);
  const body = new Picture(64, 64);
  heap(body, 32, 30, 24, 15);
  body.area(5, 29, 54, 22, (x, y) => {
    const inset = (y - 29) * 0.28;
    if (x < 5 + inset || x > 58 - inset) return undefined;
    return y < 32
      ? shade(iron, 0.85, x, y, 0.4)
      : (x - 5) % 18 < 2
        ? pick(iron, 1)
        : shade(brick, 0.6 - (y - 32) * 0.014 - (x - 32) * 0.004, x, y, 0.5);
  });
  for (const x of [18, 46])
    body.ellipse(x, 53, 6.5, 6.5, (u, v, px, py) =>
      Math.hypot(u, v) < 0.3 ? pick(iron, 5) : shade(iron, 0.5 - u * 0.2 - v * 0.24, px, py, 0.4),
    );
  return picture.draw(body.outlined(ink), 0, 0);
}

function heap(body: Picture, x: number, y: number, half: number, height: number): void {
  for (let i = 0; i < 26; i++) {
    const u = hash(14, i, 1) * 2 - 1;
    const lift = hash(14, i, 2) * (1 - u * u) * height;
    const glow = hash(14, i, 3) > 0.62;
    const size = 3.4 + hash(14, i, 4) * 2.4;
    body.ellipse(x + u * (half - 4), y - lift, size, size * 0.84, (a, b, px, py) =>
      shade(glow ? fire : iron, 0.6 - a * 0.3 - b * 0.34, px, py, 0.3),
    );
  }
}

/** A heap of ore on the ground. 64 × 32. */
export function oreHeap(): Picture {
  const picture = new Picture(64, 32);
  shadow(picture, 34, 27, 27, 4, 0.45);
  const body = new Picture(64, 32);
  heap(body, 32, 24, 27, 17);
  return picture.draw(body.outlined(ink), 0, 0);
}

/** A tool box, open. 32 × 32. */
export function toolbox(): Picture {
  const picture = new Picture(32, 32);
  shadow(picture, 17, 28, 13, 3, 0.45);
  const body = new Picture(32, 32);
  const red = ramp("5a101a 96202a d23a36 ff7a5e");
  body.line(9, 6, 13, 17, pick(iron, 4)).line(10, 6, 14, 17, pick(iron, 3)).rect(7, 4, 5, 3, pick(iron, 5));
  body.line(22, 7, 19, 17, pick(wood, 3)).line(23, 7, 20, 17, pick(wood, 2)).rect(19, 4, 8, 4, pick(iron, 3));
  body.area(4, 16, 25, 12, (x, y) =>
    y < 18 ? pick(red, 3) : x === 16 ? pick(red, 0) : shade(red, 0.72 - (y - 16) * 0.035, x, y, 0.4),
  );
  body.rect(14, 18, 5, 3, hex("ffd36b"));
  return picture.draw(body.outlined(ink), 0, 0);
}

function stem(body: Picture, x: number, top: number, bottom: number, half: number): void {
  body.area(x - half, top, half * 2, bottom - top, (px, y) => {
    const u = (px + 0.5 - x) / half;
    const cap = top + half - Math.sqrt(Math.max(0, 1 - u * u)) * half;
    if (y < cap) return undefined;
    const rib = Math.sin(px * 2.1) > 0.55 ? -0.16 : 0;
    return shade(cactusGreen, 0.66 - u * 0.34 + rib + (hash(2, px, y) > 0.94 ? 0.3 : 0), px, y, 0.3);
  });
}

/** A round cactus with a flower. 32 × 32. */
export function cactus(): Picture {
  const picture = new Picture(32, 32);
  shadow(picture, 17, 28, 12, 3, 0.4);
  const body = new Picture(32, 32);
  body.ellipse(16, 20, 10, 10, (u, v, px, py) =>
    shade(
      cactusGreen,
      0.6 - u * 0.28 - v * 0.26 + (Math.sin(u * 9) > 0.5 ? -0.18 : 0) + (hash(2, px, py) > 0.94 ? 0.3 : 0),
      px,
      py,
      0.3,
    ),
  );
  body.text(12, 6, ["..aa.aa.", ".abbabba", "..abcba.", "...aaa.."], {
    a: hex("e8486a"),
    b: hex("ff8aa0"),
    c: hex("ffe08a"),
  });
  return picture.draw(body.outlined(ink, 0.2), 0, 0);
}

/** A tall cactus with two arms. 64 × 96. */
export function tallCactus(): Picture {
  const picture = new Picture(64, 96);
  shadow(picture, 36, 89, 20, 5, 0.4);
  const body = new Picture(64, 96);
  stem(body, 14, 34, 60, 6);
  stem(body, 50, 24, 52, 6);
  body.area(12, 52, 18, 11, (x, y) =>
    x < 14 && y > 59 ? undefined : shade(cactusGreen, 0.6 - (y - 52) * 0.03, x, y, 0.3),
  );
  body.area(36, 44, 18, 11, (x, y) =>
    x > 51 && y > 51 ? undefined : shade(cactusGreen, 0.5 - (y - 44) * 0.03, x, y, 0.3),
  );
  stem(body, 32, 8, 90, 9);
  body.text(28, 4, [".aa.aa.", "abbabba", ".abcba.", "..aaa.."], {
    a: hex("e8486a"),
    b: hex("ff8aa0"),
    c: hex("ffe08a"),
  });
  return picture.draw(body.outlined(ink, 0.2), 0, 0);
}

/** What the desert left of somebody. 64 × 32, flat. */
export function bones(): Picture {
  const body = new Picture(64, 32);
  body.ellipse(14, 18, 8, 7, (u, v, px, py) => shade(bone, 0.74 - u * 0.2 - v * 0.24, px, py, 0.3));
  body.rect(9, 17, 3, 4, ink).rect(15, 17, 3, 4, ink).rect(12, 24, 4, 2, pick(bone, 0));
  body.line(6, 12, 1, 5, pick(bone, 2)).line(21, 12, 26, 5, pick(bone, 2)).line(7, 12, 2, 5, pick(bone, 1));
  for (let i = 0; i < 4; i++)
    body.ellipse(33 + i * 7, 19, 4, 8 - i, (u, v) =>
      Math.hypot(u, v) > 0.62 && v < 0.7 ? bone[u < 0 ? 3 : 1] : undefined,
    );
  body.rect(26, 19, 34, 2, pick(bone, 2));
  return new Picture(64, 32).draw(body.outlined(faded(ink, 0.8), 0.2), 0, 0);
}

/** A brazier. 32 × 64; its light is painted on the ground. */
export function torch(): Picture {
  const picture = new Picture(32, 64);
  shadow(picture, 17, 58, 9, 4, 0.45);
  const body = new Picture(32, 64);
  body
    .area(13, 30, 6, 28, (x, y) => shade(iron, rounded(0.6, (x - 15.5) / 3), x, y, 0.3))
    .area(9, 54, 14, 5, (x, y) => shade(iron, 0.7 - (y - 54) * 0.1, x, y, 0.3));
  body.area(7, 22, 18, 9, (x, y) =>
    Math.abs(x - 15.5) > 9 - (y - 22) * 0.5
      ? undefined
      : shade(iron, y < 24 ? 0.85 : rounded(0.5, (x - 15.5) / 9), x, y, 0.3),
  );
  picture.draw(body.outlined(ink), 0, 0);
  picture.ellipse(16, 16, 15, 16, (u, v) => faded(hex("ff9a3c"), 0.4 * (1 - Math.hypot(u, v))));
  return picture.area(6, 3, 20, 20, (x, y) => {
    const t = (y - 3) / 19;
    const half = 8.5 * Math.sin(Math.PI * Math.min(1, t * 0.72 + 0.04)) + Math.sin(x * 1.1 + y * 0.5) * 1.2;
    const u = Math.abs(x + 0.5 - 16 - Math.sin(y * 0.5) * 1.4) / Math.max(0.1, half);
    return u > 1 ? undefined : shade(fire, 0.35 + t * 0.55 - u * 0.35 + 0.2, x, y, 0.5);
  });
}

export const sparkSign = (): Picture => board(iron, ink);
