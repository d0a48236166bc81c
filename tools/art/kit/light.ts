import { faded, hex, mix } from "./color.ts";
import type { Color } from "./color.ts";
import { hash } from "./luck.ts";
import type { Picture } from "./picture.ts";

/** A pool of light on what is already painted; it falls off in a few soft steps, as paint would. */
export function lit(
  picture: Picture,
  x: number,
  y: number,
  radius: number,
  color: Color,
  strength: number,
): void {
  picture.ellipse(x, y, radius, radius * 0.82, (u, v, px, py) => {
    const near = 1 - Math.hypot(u, v) + (hash(1, px, py) - 0.5) * 0.05;
    const glow = mix(mix(picture.get(px, py), color, 0.42), hex("fff3d6"), 0.1);
    return faded(glow, Math.max(0, (Math.floor(near * 9) / 9) * strength * 2));
  });
}

/** Lets the edges of a picture fall into the colour that lies beyond them. */
export function vignette(picture: Picture, color: Color, reach: number): void {
  const { width, height } = picture;
  picture.paint((x, y) => {
    const edge = Math.min(x, y * 1.3, width - 1 - x, (height - 1 - y) * 1.1) / reach;
    const stepped = Math.ceil((1 - edge + (hash(2, x, y) - 0.5) * 0.06) * 12) / 12;
    return stepped <= 0 ? undefined : faded(color, Math.min(1, stepped ** 2));
  });
}

/** Flowers: a few pixels each, in little families of one colour. */
export function scattered(
  picture: Picture,
  seed: number,
  count: number,
  isAllowed: (x: number, y: number) => boolean,
  colors: readonly string[],
): void {
  for (let i = 0; i < count; i++) {
    const family = Math.floor(i / 7);
    const spread = 46;
    const x = Math.floor(hash(seed, family, 1) * picture.width + (hash(seed, i, 2) - 0.5) * spread);
    const y = Math.floor(hash(seed, family, 3) * picture.height + (hash(seed, i, 4) - 0.5) * spread);
    if (!isAllowed(x, y)) continue;
    const color = hex(colors[Math.floor(hash(seed, family, 5) * colors.length)] ?? "ffffff");
    flower(picture, x, y, color, hash(seed, i, 6) > 0.5);
  }
}

function flower(picture: Picture, x: number, y: number, color: Color, isOpen: boolean): void {
  const leaf = mix(picture.get(x, y), hex("0c1d18"), 0.45);
  for (const [dx, dy] of [
    [-1, 1],
    [1, 1],
    [0, 2],
    [-2, 2],
  ] as const)
    picture.put(x + dx, y + dy, leaf);
  if (!isOpen) return picture.put(x, y, color);
  for (const [dx, dy] of [
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
  ] as const)
    picture.put(x + dx, y + dy, color);
  picture.put(x, y, hex("fff3b8"));
}

/** A soft shadow on the ground. */
export function shadow(picture: Picture, x: number, y: number, rx: number, ry: number, strength = 0.4): void {
  picture.ellipse(x, y, rx, ry, (u, v) =>
    faded(hex("0b0714"), u * u + v * v > 0.66 ? strength * 0.55 : strength),
  );
}
