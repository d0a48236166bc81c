/** A number from 0 to 1 that depends on nothing but the seed and the place. */
export function hash(seed: number, x: number, y: number): number {
  let h =
    Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(x | 0, 0xc2b2ae35) ^ Math.imul(y | 0, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

const smooth = (t: number): number => t * t * (3 - 2 * t);

/** Smooth noise of 0–1; one hill is about `size` pixels wide. */
export function noise(seed: number, x: number, y: number, size: number): number {
  const column = Math.floor(x / size);
  const row = Math.floor(y / size);
  const u = smooth(x / size - column);
  const v = smooth(y / size - row);
  const top = hash(seed, column, row) * (1 - u) + hash(seed, column + 1, row) * u;
  const bottom = hash(seed, column, row + 1) * (1 - u) + hash(seed, column + 1, row + 1) * u;
  return top * (1 - v) + bottom * v;
}

/** Noise upon noise: hills with bumps with grain, 0–1. */
export function clouds(seed: number, x: number, y: number, size: number): number {
  return (
    (noise(seed, x, y, size) * 4 + noise(seed + 1, x, y, size / 2) * 2 + noise(seed + 2, x, y, size / 4)) / 7
  );
}
