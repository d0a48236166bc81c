import { alpha, blue, clear, green, mix, red, rgba } from "./color.ts";
import type { Color } from "./color.ts";

/** Pixels to draw on. Whatever falls outside is ignored. */
export class Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint32Array(width * height);
  }

  get(x: number, y: number): Color {
    return this.#holds(x, y) ? (this.pixels[y * this.width + x] ?? clear) : clear;
  }

  /** Replaces a pixel. */
  set(x: number, y: number, color: Color): void {
    if (this.#holds(x, y)) this.pixels[y * this.width + x] = color;
  }

  /** Lays a colour, as opaque as it is, over a pixel. */
  put(x: number, y: number, color: Color): void {
    const over = alpha(color);
    if (over === 255) return this.set(x, y, color);
    if (over === 0 || !this.#holds(x, y)) return;
    const under = this.get(x, y);
    const behind = (alpha(under) * (255 - over)) / 255;
    const blend = (a: number, b: number): number => (a * over + b * behind) / (over + behind);
    this.set(
      x,
      y,
      rgba(
        blend(red(color), red(under)),
        blend(green(color), green(under)),
        blend(blue(color), blue(under)),
        over + behind,
      ),
    );
  }

  /** Asks for every pixel's colour; `undefined` leaves it. */
  paint(color: (x: number, y: number) => Color | undefined): this {
    return this.area(0, 0, this.width, this.height, color);
  }

  /** As `paint`, within a rectangle. */
  area(
    left: number,
    top: number,
    width: number,
    height: number,
    color: (x: number, y: number) => Color | undefined,
  ): this {
    for (let y = Math.floor(top); y < top + height; y++)
      for (let x = Math.floor(left); x < left + width; x++) {
        const drawn = color(x, y);
        if (drawn !== undefined) this.put(x, y, drawn);
      }
    return this;
  }

  rect(left: number, top: number, width: number, height: number, color: Color): this {
    return this.area(left, top, width, height, () => color);
  }

  /** A filled ellipse; `color` may depend on the place within it, −1…1 each way. */
  ellipse(
    x: number,
    y: number,
    rx: number,
    ry: number,
    color: Color | ((u: number, v: number, px: number, py: number) => Color | undefined),
  ): this {
    return this.area(x - rx, y - ry, rx * 2 + 1, ry * 2 + 1, (px, py) => {
      const u = (px + 0.5 - x) / rx;
      const v = (py + 0.5 - y) / ry;
      if (u * u + v * v > 1) return undefined;
      return typeof color === "number" ? color : color(u, v, px, py);
    });
  }

  line(x1: number, y1: number, x2: number, y2: number, color: Color): this {
    const steps = Math.max(1, Math.round(Math.max(Math.abs(x2 - x1), Math.abs(y2 - y1))));
    for (let i = 0; i <= steps; i++)
      this.put(Math.round(x1 + ((x2 - x1) * i) / steps), Math.round(y1 + ((y2 - y1) * i) / steps), color);
    return this;
  }

  /** Rows of characters, each a colour of the legend; others are left alone. */
  text(left: number, top: number, rows: readonly string[], legend: Readonly<Record<string, Color>>): this {
    for (const [y, row] of rows.entries())
      for (const [x, letter] of row.split("").entries()) {
        const color = legend[letter];
        if (color !== undefined) this.put(left + x, top + y, color);
      }
    return this;
  }

  draw(other: Picture, left: number, top: number): this {
    return this.area(left, top, other.width, other.height, (x, y) => other.get(x - left, y - top));
  }

  cut(left: number, top: number, width: number, height: number): Picture {
    return new Picture(width, height).paint((x, y) => this.get(left + x, top + y));
  }

  mirrored(): Picture {
    return new Picture(this.width, this.height).paint((x, y) => this.get(this.width - 1 - x, y));
  }

  /** Draws a line around everything opaque; towards the light (up, left) it is softened. */
  outlined(color: Color, softness = 0): this {
    const before = this.pixels.slice();
    const opaque = (x: number, y: number): boolean =>
      this.#holds(x, y) && alpha(before[y * this.width + x] ?? 0) > 200;
    return this.paint((x, y) => {
      if (opaque(x, y)) return undefined;
      const inner = [
        [x, y + 1],
        [x + 1, y],
        [x, y - 1],
        [x - 1, y],
      ] as const;
      const index = inner.findIndex(([nx, ny]) => opaque(nx, ny));
      const touched = inner[index];
      if (!touched) return undefined;
      return index < 2 && softness > 0
        ? mix(color, before[touched[1] * this.width + touched[0]] ?? color, softness)
        : color;
    });
  }

  /** This picture `times` as large, each pixel a square. */
  enlarged(times: number): Picture {
    return new Picture(this.width * times, this.height * times).paint((x, y) =>
      this.get(Math.floor(x / times), Math.floor(y / times)),
    );
  }

  #holds(x: number, y: number): boolean {
    return x >= 0 && y >= 0 && x < this.width && y < this.height;
  }
}
