import { noise } from "./luck.ts";

/** Distance in pixels to the edge of a shape, negative inside. */
export type Shape = (x: number, y: number) => number;

export const circle =
  (cx: number, cy: number, radius: number): Shape =>
  (x, y) =>
    Math.hypot(x - cx, y - cy) - radius;

/** A box by centre and half sizes, its corners rounded. */
export const box =
  (cx: number, cy: number, halfWidth: number, halfHeight: number, round = 0): Shape =>
  (x, y) => {
    const dx = Math.abs(x - cx) - halfWidth + round;
    const dy = Math.abs(y - cy) - halfHeight + round;
    return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - round;
  };

/** A path through points, `half` wide to each side. */
export const path =
  (half: number, ...points: readonly (readonly [number, number])[]): Shape =>
  (x, y) => {
    let nearest = Infinity;
    for (let i = 1; i < points.length; i++) {
      const [ax, ay] = points[i - 1] ?? [0, 0];
      const [bx, by] = points[i] ?? [0, 0];
      const length = (bx - ax) ** 2 + (by - ay) ** 2;
      const along =
        length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
      nearest = Math.min(nearest, Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)));
    }
    return nearest - half;
  };

export const union =
  (...shapes: readonly Shape[]): Shape =>
  (x, y) =>
    Math.min(...shapes.map((shape) => shape(x, y)));

/** Several shapes grown together, their inner corners filled. */
export const merged =
  (softness: number, ...shapes: readonly Shape[]): Shape =>
  (x, y) =>
    shapes
      .map((shape) => shape(x, y))
      .reduce((a, b) => {
        const h = Math.max(softness - Math.abs(a - b), 0) / softness;
        return Math.min(a, b) - (h * h * softness) / 4;
      });

/** The same shape with a wandering edge. */
export const ragged =
  (shape: Shape, seed: number, depth: number, size: number): Shape =>
  (x, y) =>
    shape(x, y) + (noise(seed, x, y, size) + noise(seed + 1, x, y, size / 2.7) * 0.45 - 0.72) * depth * 1.4;
