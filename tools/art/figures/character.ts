import { faded, hex, mix, pick, shade } from "#tools/art/kit/color.ts";
import type { Color, Ramp } from "#tools/art/kit/color.ts";
import { Picture } from "#tools/art/kit/picture.ts";

export const frameWidth = 32;
export const frameHeight = 48;

/** Seen from the front, the side (looking left) or the back. */
export type Side = "front" | "side" | "back";

/** What a frame shows. `step` is −1, 0 or 1: which foot is forward. */
export interface Pose {
  readonly side: Side;
  readonly step: number;
}

/** A person's looks. `hat` and `dress` draw on top of head and body. */
export interface Looks {
  readonly skin: Ramp;
  readonly hair: Ramp;
  readonly coat: Ramp;
  readonly sleeve: Ramp;
  readonly trousers: Ramp;
  readonly boots: Ramp;
  readonly ink: Color;
  readonly hat?: (frame: Picture, pose: Pose, y: number) => void;
  readonly dress?: (frame: Picture, pose: Pose, y: number) => void;
  readonly cape?: Ramp;
}

/** The sheet of README's layout: rows down, left, right, up; columns standing, left step, right step. */
export function character(looks: Looks): Picture {
  const sheet = new Picture(frameWidth * 3, frameHeight * 4);
  const sides: readonly Side[] = ["front", "side", "side", "back"];
  for (const [row, side] of sides.entries())
    for (const [column, step] of [0, -1, 1].entries()) {
      const drawn = frame(looks, { side, step });
      sheet.draw(row === 2 ? drawn.mirrored() : drawn, column * frameWidth, row * frameHeight);
    }
  return sheet;
}

function frame(looks: Looks, pose: Pose): Picture {
  const picture = new Picture(frameWidth, frameHeight);
  picture.ellipse(16, 45, 11, 3, (u, v) => faded(hex("0b0714"), u * u + v * v > 0.6 ? 0.22 : 0.42));
  const person = new Picture(frameWidth, frameHeight);
  // Walking bobs: with a foot forward the body is lower.
  const y = pose.step === 0 ? 0 : 1;
  if (looks.cape && pose.side !== "back") cape(person, looks.cape, pose, y);
  legs(person, looks, pose);
  if (pose.side === "side") arm(person, looks, 17, pose.step * -3, y, 0.2);
  body(person, looks, pose, y);
  looks.dress?.(person, pose, y);
  if (pose.side === "side") arm(person, looks, 15, pose.step * 3, y, 0);
  else
    for (const hand of [-1, 1])
      arm(person, looks, 15 + hand * 8 + (hand > 0 ? 1 : 0), pose.step * hand, y, hand > 0 ? 0.2 : 0);
  if (looks.cape && pose.side === "back") cape(person, looks.cape, pose, y);
  head(person, looks, pose, y);
  looks.hat?.(person, pose, y);
  return picture.draw(person.outlined(looks.ink, 0.12), 0, 0);
}

function legs(person: Picture, looks: Looks, { side, step }: Pose): void {
  for (const foot of [-1, 1]) {
    const forward = step * foot;
    const x =
      side === "side" ? 14 + foot * (step === 0 ? 1 : 3) * (step === 0 ? 1 : step) : 13 + (foot > 0 ? 4 : -2);
    const lift = side === "side" ? (forward < 0 ? 1 : 0) : forward < 0 ? 3 : 0;
    const dark = side === "side" && foot > 0 ? 0.25 : 0;
    person.area(x, 37, 4, 6 - lift, (px, py) =>
      shade(looks.trousers, 0.75 - (px - x) * 0.14 - dark, px, py, 0.3),
    );
    const toe = side === "side" ? 1 : 0;
    person.area(x - toe, 42 - lift, 4 + toe, 4, (px, py) =>
      shade(looks.boots, 0.8 - (py - 42 + lift) * 0.18 - dark, px, py, 0.3),
    );
  }
}

function body(person: Picture, { coat }: Looks, { side }: Pose, y: number): void {
  const half = side === "side" ? 5.5 : 7;
  person.area(8, 25 + y, 16, 15 - y, (px, py) => {
    const v = (py - 25 - y) / 14;
    const width = half - 1 + v * 2.2 - (v < 0.12 ? 1.4 : 0);
    const u = (px + 0.5 - 16) / width;
    return Math.abs(u) > 1 ? undefined : shade(coat, 0.74 - u * 0.3 - v * 0.3, px, py, 0.35);
  });
}

function arm(
  person: Picture,
  { sleeve, skin }: Looks,
  x: number,
  swing: number,
  y: number,
  dark: number,
): void {
  const shift = Math.round(swing * 0.9);
  for (let i = 0; i < 9; i++) {
    const left = x - 1 + Math.round((shift * i) / 9);
    person.area(left, 27 + y + i, 4, 1, (px, py) =>
      shade(i > 6 ? skin : sleeve, 0.78 - (px - left) * 0.16 - dark - i * 0.02, px, py, 0.3),
    );
  }
}

function cape(person: Picture, cloth: Ramp, { side, step }: Pose, y: number): void {
  const centre = side === "side" ? 20 : 16;
  const half = side === "side" ? 5 : 9.5;
  person.area(6, 25 + y, 22, 17, (px, py) => {
    const v = (py - 25 - y) / 16;
    const u = (px + 0.5 - centre - step * v * 1.5) / (half * (0.72 + v * 0.36));
    if (Math.abs(u) > 1 || (v > 0.92 && Math.sin(px * 1.7) > 0.3)) return undefined;
    const fold = Math.sin(px * 1.15 + step) * 0.14;
    return shade(cloth, (side === "back" ? 0.7 : 0.3) - u * 0.22 - v * 0.12 + fold, px, py, 0.3);
  });
}

function head(person: Picture, looks: Looks, { side }: Pose, y: number): void {
  const top = 16 + y;
  person.ellipse(16, top + 1, 10, 10, (u, v, px, py) =>
    shade(looks.skin, 0.82 - u * 0.24 - v * 0.24, px, py, 0.3),
  );
  if (side !== "back") face(person, looks, side, top);
  person.ellipse(16, top, 11, 11, (u, v, px, py) => {
    if (!isHair(side, u, v, px)) return undefined;
    const strand = Math.sin(px * 1.3 + v * 3) * (v < -0.3 ? 0.03 : 0.1);
    const gloss = Math.abs(v + 0.52 + u * 0.3) < 0.1 && Math.abs(u + 0.2) < 0.4 ? 0.22 : 0;
    return shade(looks.hair, 0.6 - u * 0.24 - v * 0.24 + strand + gloss, px, py, 0.3);
  });
}

function isHair(side: Side, u: number, v: number, px: number): boolean {
  if (side === "back") return v < 0.75;
  const fringe = -0.22 + (px % 3 === 0 ? 0.14 : px % 4 === 1 ? -0.06 : 0.04);
  if (side === "front") return v < fringe - Math.abs(u) * 0.12 || (Math.abs(u) > 0.8 && v < 0.42);
  return v < fringe || (u > 0.02 && v < 0.62 + u * 0.2 && u > -0.1 + v * 0.2);
}

function face(person: Picture, { skin, ink }: Looks, side: Side, top: number): void {
  const iris = mix(ink, hex("3a2a4a"), 0.5);
  const white = hex("fff8ec");
  const eyes = side === "front" ? [11, 19] : [9];
  for (const x of eyes) {
    person.rect(x, top + 1, 2, 4, iris).rect(x, top + 1, 1, 1, white);
    person.rect(x, top, 2, 1, mix(iris, skin[0] ?? iris, 0.3));
  }
  const blush = mix(pick(skin, 2), hex("f06a6a"), 0.42);
  for (const x of side === "front" ? [8, 21] : [10]) person.rect(x, top + 6, 3, 1, blush);
  if (side === "front") person.rect(15, top + 7, 2, 1, mix(pick(skin, 0), hex("7a2a34"), 0.5));
  else
    person
      .rect(7, top + 7, 2, 1, mix(pick(skin, 0), hex("7a2a34"), 0.5))
      .rect(5, top + 4, 1, 2, pick(skin, 2));
}
