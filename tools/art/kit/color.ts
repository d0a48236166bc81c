/** A colour as `0xRRGGBBAA`. */
export type Color = number;

/** Shades of one material, dark to light. */
export type Ramp = readonly Color[];

export const clear: Color = 0;

/** `hex("ffcc00")`, opaque. */
export const hex = (digits: string): Color => ((Number.parseInt(digits, 16) << 8) | 0xff) >>> 0;

/** `ramp("201818 503030 a06050")`, dark to light. */
export const ramp = (text: string): Ramp => text.split(" ").map(hex);

/** One shade of a ramp, 0 the darkest. */
export const pick = (shades: Ramp, index: number): Color => shades[index] ?? clear;

export const red = (color: Color): number => color >>> 24;
export const green = (color: Color): number => (color >>> 16) & 255;
export const blue = (color: Color): number => (color >>> 8) & 255;
export const alpha = (color: Color): number => color & 255;

export const rgba = (r: number, g: number, b: number, a: number): Color =>
  ((Math.round(r) << 24) | (Math.round(g) << 16) | (Math.round(b) << 8) | Math.round(a)) >>> 0;

/** The same colour, `share` (0–1) as opaque. */
export const faded = (color: Color, share: number): Color =>
  ((color & 0xffffff00) | Math.round(alpha(color) * share)) >>> 0;

/** `share` 0 is the first colour, 1 the second. */
export function mix(from: Color, to: Color, share: number): Color {
  const between = (a: number, b: number): number => a + (b - a) * share;
  return rgba(
    between(red(from), red(to)),
    between(green(from), green(to)),
    between(blue(from), blue(to)),
    between(alpha(from), alpha(to)),
  );
}

const bayer = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];

/** A threshold between 0 and 1 that alternates from pixel to pixel: ordered dithering. */
export const dither = (x: number, y: number): number => ((bayer[(y & 3) * 4 + (x & 3)] ?? 0) + 0.5) / 16;

/** The shade of a ramp for a brightness of 0–1; `rough` is how far neighbours may be dithered apart, in shades. */
export function shade(shades: Ramp, brightness: number, x = 0, y = 0, rough = 0): Color {
  const at = Math.floor(brightness * shades.length + (dither(x, y) - 0.5) * rough);
  return shades[Math.min(shades.length - 1, Math.max(0, at))] ?? clear;
}

/** The brightness of something round at `u`, −1 its left side, 1 its right; light comes from the left. */
export const rounded = (brightness: number, u: number): number =>
  brightness - u * 0.34 - (u > 0.7 ? 0.1 : 0) + (u < -0.5 && u > -0.75 ? 0.12 : 0);
