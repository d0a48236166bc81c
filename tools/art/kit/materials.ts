import { shade } from "./color.ts";
import type { Color, Ramp } from "./color.ts";
import { clouds, hash, noise } from "./luck.ts";

/** A material: the colour of each pixel of it. */
export type Material = (x: number, y: number) => Color;

/** One stone of a pattern: which it is, and how far the pixel is from its edges towards the light and away. */
interface Stone {
  readonly id: number;
  readonly lit: number;
  readonly dark: number;
}

const joint = 1;

/** Rows of stones of uneven width, `long` by `high` pixels on average. */
function stoneInRow(seed: number, x: number, y: number, long: number, high: number): Stone {
  const row = Math.floor(y / high);
  const edge = (column: number): number =>
    Math.round((column + (hash(seed, column, row) - 0.5) * 0.6 + (row & 1) * 0.5) * long);
  let column = Math.floor(x / long);
  while (edge(column) > x) column--;
  while (edge(column + 1) <= x) column++;
  const top = y - row * high;
  return {
    id: hash(seed + 5, column, row),
    lit: Math.min(x - edge(column), top),
    dark: Math.min(edge(column + 1) - 1 - x, high - 1 - top),
  };
}

/** Stones in rings around a centre. */
function stoneInRing(seed: number, x: number, y: number, long: number, high: number): Stone {
  const radius = Math.hypot(x, y);
  const ring = Math.floor(radius / high);
  const count = Math.max(6, Math.round((2 * Math.PI * (ring + 0.5) * high) / long));
  const turn = ((Math.atan2(y, x) / (2 * Math.PI) + 1 + (ring & 1) * (0.5 / count)) % 1) * count;
  const along = (turn - Math.floor(turn)) * (long * 0.98);
  const inner = radius - ring * high;
  return {
    id: hash(seed, Math.floor(turn), ring),
    lit: Math.floor(Math.min(along, inner)),
    dark: Math.floor(Math.min(long - along, high - inner)),
  };
}

/** Dresses a stone pattern: each its own tone, a bright edge to the light, a dark joint. */
function dressed(seed: number, shades: Ramp, stone: Stone, x: number, y: number): Color {
  if (stone.dark < joint) return shade(shades, 0.12 + hash(seed, x, y) * 0.08);
  const grain = (hash(seed + 3, x >> 1, y) - 0.5) * 0.08 + (clouds(seed + 9, x, y, 40) - 0.5) * 0.3;
  const edge = stone.lit < 1 ? 0.17 : stone.dark < 2 ? -0.14 : 0;
  const worn = hash(seed + 8, x, y) > 0.992 ? -0.25 : 0;
  return shade(shades, 0.58 + (stone.id - 0.5) * 0.24 + grain + edge + worn, x, y, 0.5);
}

export const flagstones =
  (seed: number, shades: Ramp, long = 30, high = 18): Material =>
  (x, y) =>
    dressed(seed, shades, stoneInRow(seed, x, y, long, high), x, y);

export const ringStones =
  (seed: number, shades: Ramp, centre: { x: number; y: number }, long = 22, high = 14): Material =>
  (x, y) =>
    dressed(seed, shades, stoneInRing(seed, x - centre.x + 0.5, y - centre.y + 0.5, long, high), x, y);

/** Short blades in drifts of light and dark. */
export const grass =
  (seed: number, shades: Ramp): Material =>
  (x, y) => {
    const blade = hash(seed, x, Math.floor((y + hash(seed + 1, x, 0) * 5) / 4));
    const drift = clouds(seed + 2, x, y, 72);
    return shade(
      shades,
      0.3 + (drift - 0.5) * 0.62 + (blade > 0.8 ? 0.2 : blade < 0.2 ? -0.12 : 0.04),
      x,
      y,
      0.6,
    );
  };

/** Fine ground with long ripples, as wind or water leaves it. */
export const ripples =
  (seed: number, shades: Ramp, slant = 0.35, size = 9): Material =>
  (x, y) => {
    const bend = noise(seed, x, y, 60) * 26 + noise(seed + 1, x, y, 22) * 5;
    const wave = Math.sin(((y + x * slant + bend) / size) * Math.PI);
    const drift = clouds(seed + 2, x, y, 90);
    const ridge = wave > 0.86 ? 0.13 : wave < -0.88 ? -0.12 : 0;
    return shade(
      shades,
      0.52 + (drift - 0.5) * 0.42 + ridge * (0.4 + drift) + (hash(seed + 4, x, y) - 0.5) * 0.06,
      x,
      y,
      0.6,
    );
  };

/** Open water: drifting bands of light. */
export const water =
  (seed: number, shades: Ramp): Material =>
  (x, y) => {
    const bend = noise(seed, x, y, 34) * 20;
    const crest = Math.sin((y + bend + noise(seed + 1, x, y, 90) * 30) / 5.2) * noise(seed + 3, x, y, 26);
    const drift = clouds(seed + 2, x, y, 130);
    return shade(
      shades,
      0.25 + (drift - 0.5) * 0.5 + (crest > 0.6 ? 0.26 : crest > 0.46 ? 0.1 : 0),
      x,
      y,
      0.5,
    );
  };

/** Broken rock: slanted facets with lit tops. */
export const rock =
  (seed: number, shades: Ramp, size = 15): Material =>
  (x, y) => {
    const warpX = x + (noise(seed, x, y, 20) - 0.5) * 12;
    const warpY = y * 0.8 + (noise(seed + 1, x, y, 20) - 0.5) * 12;
    const column = Math.floor(warpX / size);
    const row = Math.floor(warpY / size);
    const u = warpX / size - column;
    const v = warpY / size - row;
    const tone = hash(seed + 2, column, row);
    const light = v < 0.16 ? 0.22 : u < 0.12 ? 0.1 : u > 0.88 || v > 0.86 ? -0.26 : 0;
    return shade(shades, 0.42 + (tone - 0.5) * 0.3 + light + (hash(seed + 3, x, y) - 0.5) * 0.08, x, y, 0.5);
  };
