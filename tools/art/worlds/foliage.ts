import { faded, hex, mix, pick, shade } from "#tools/art/kit/color.ts";
import type { Ramp } from "#tools/art/kit/color.ts";
import { shadow } from "#tools/art/kit/light.ts";
import { hash } from "#tools/art/kit/luck.ts";
import { Picture } from "#tools/art/kit/picture.ts";

/** Round clumps of leaves, each lit from above left. Later clumps lie in front. */
export function leaves(
  picture: Picture,
  seed: number,
  shades: Ramp,
  clumps: readonly (readonly [number, number, number])[],
): void {
  for (const [index, [x, y, radius]] of clumps.entries())
    picture.area(x - radius - 2, y - radius - 2, radius * 2 + 5, radius * 2 + 5, (px, py) => {
      const bite = hash(seed + index, px >> 1, py >> 1) * 2.6;
      const u = (px + 0.5 - x) / (radius + 1 - bite);
      const v = (py + 0.5 - y) / (radius * 0.88 + 1 - bite);
      const r = u * u + v * v;
      if (r > 1) return undefined;
      // Light falls on the upper left of each clump; the tuft pattern breaks it into leaves.
      const facing = (-u * 0.5 - v * 0.85) * 0.5 + 0.5;
      const tuft = hash(seed + 7, Math.floor((px + (py & 2)) / 3), Math.floor(py / 2));
      return shade(shades, facing * 0.82 + (tuft - 0.5) * 0.36 - (r > 0.86 && v > 0 ? 0.2 : 0), px, py, 0.4);
    });
}

/** A broad tree, 96 × 128, its foot in the middle of the last row of tiles. */
export function broadTree(seed: number, shades: Ramp, bark: Ramp): Picture {
  const picture = new Picture(96, 128);
  shadow(picture, 50, 112, 34, 11, 0.5);
  trunk(picture, 48, 74, 114, 8, bark);
  const crown = new Picture(96, 128);
  const jitter = (i: number): number => (hash(seed, i, 3) - 0.5) * 7;
  leaves(crown, seed * 13, shades, [
    [30 + jitter(1), 66, 19],
    [66 + jitter(2), 66, 19],
    [48, 74 + jitter(3), 18],
    [22 + jitter(4), 48, 18],
    [74 + jitter(5), 48, 18],
    [48, 54, 22],
    [34 + jitter(6), 32, 18],
    [62 + jitter(7), 32, 18],
    [48 + jitter(8), 22, 17],
  ]);
  return picture.draw(crown.outlined(mix(pick(shades, 0), hex("08070e"), 0.4), 0.25), 0, 0);
}

/** A trunk with roots, lit from the left. */
export function trunk(
  picture: Picture,
  x: number,
  top: number,
  bottom: number,
  half: number,
  bark: Ramp,
): void {
  picture.area(x - half * 2, top, half * 4, bottom - top + 3, (px, py) => {
    const flare = Math.max(0, (py - bottom + 10) / 10) ** 2 * half * 0.9;
    const u = (px + 0.5 - x) / (half + flare);
    if (Math.abs(u) > 1 || py > bottom + 2 - Math.abs(u) * 3) return undefined;
    const groove = hash(5, px, py >> 3) > 0.72 ? -0.2 : 0;
    return Math.abs(u) > 0.86 ? bark[0] : shade(bark, 0.62 - u * 0.42 + groove, px, py, 0.5);
  });
}

/** A clipped bush in the shape of a box with round ends. */
export function bush(width: number, height: number, seed: number, shades: Ramp): Picture {
  const picture = new Picture(width, height);
  shadow(picture, width / 2 + 1, height - 5, width / 2 - 1, 5, 0.5);
  const body = new Picture(width, height);
  const clumps: [number, number, number][] = [];
  for (let x = 10; x <= width - 10; x += 9) clumps.push([x, height - 13, 10]);
  for (let x = 11; x <= width - 11; x += 9) clumps.push([x, height - 20 + hash(seed, x, 0) * 3, 9]);
  leaves(body, seed, shades, clumps);
  return picture.draw(body.outlined(mix(pick(shades, 0), hex("08070e"), 0.4), 0.25), 0, 0);
}

/** Blossoms strewn over what leaves there are. */
export function blossoms(picture: Picture, seed: number, share: number, colors: readonly string[]): void {
  picture.paint((x, y) => {
    if (picture.get(x, y) === 0 || hash(seed, x >> 1, y >> 1) > share) return undefined;
    const color = hex(colors[Math.floor(hash(seed + 1, x >> 1, y >> 1) * colors.length)] ?? "ffffff");
    return (x & 1) + (y & 1) === 2 ? faded(color, 0.5) : color;
  });
}
