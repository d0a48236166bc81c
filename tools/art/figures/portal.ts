import { faded, hex, mix, pick, shade } from "#tools/art/kit/color.ts";
import type { Ramp } from "#tools/art/kit/color.ts";
import { hash } from "#tools/art/kit/luck.ts";
import { Picture } from "#tools/art/kit/picture.ts";

const width = 96;
const height = 112;
const frames = 8;
/** The middle of the opening, and its half sizes. */
const opening = { x: 48, y: 54, rx: 24, ry: 33 };

/** A gate of masonry: an arch of wedge stones on two steps. `jewel` crowns it. */
export function gate(seed: number, stone: Ramp, jewel: Ramp, ink = hex("1a1018")): Picture {
  const picture = new Picture(width, height);
  picture.ellipse(50, 98, 46, 12, (u, v) => faded(hex("0b0714"), u * u + v * v > 0.7 ? 0.2 : 0.42));
  const body = new Picture(width, height);
  for (const [y, half, tall] of [
    [92, 42, 12],
    [85, 37, 8],
  ] as const) {
    body.area(48 - half, y, half * 2, tall, (x, py) =>
      py - y < 4
        ? shade(stone, 0.95 - (py - y) * 0.04, x, py, 0.6)
        : (x + (y >> 1)) % 17 === 0
          ? stone[0]
          : shade(stone, 0.46 - (py - y) * 0.02 - (x - 48) * 0.003, x, py, 0.5),
    );
    body.rect(48 - half, y + 4, half * 2, 1, pick(stone, 1));
  }
  arch(body, seed, stone);
  body.ellipse(48, 14, 7, 8, pick(stone, 0));
  body.ellipse(48, 14, 6, 7, (u, v, px, py) =>
    shade(jewel, 0.55 - u * 0.35 - v * 0.35 + (u < -0.2 && v < -0.3 ? 0.3 : 0), px, py, 0.4),
  );
  return picture.draw(body.outlined(ink, 0.1), 0, 0);
}

function arch(body: Picture, seed: number, stone: Ramp): void {
  const { x: cx, y: cy, rx, ry } = opening;
  body.area(0, 0, width, 88, (x, y) => {
    const u = (x + 0.5 - cx) / rx;
    const v = Math.min(0, (y + 0.5 - cy) / ry);
    const r = Math.hypot(u, v);
    if (r < 1 || r > 1.46) return undefined;
    // Wedge stones around the curve, courses down the legs.
    const wedge = v < 0 ? Math.atan2(v, u) * 4.2 : (y - cy) / 11 + (u < 0 ? 40 : 20);
    const id = Math.floor(wedge);
    const at = wedge - id;
    if (at < 0.09 || r > 1.43) return stone[0];
    if (r < 1.06) return stone[1];
    const light = v < 0 ? -u * 0.2 - v * 0.22 : u < 0 ? 0.16 : -0.14;
    const bevel = at < 0.22 ? 0.12 : at > 0.88 ? -0.14 : 0;
    return shade(
      stone,
      0.52 + light + bevel + (hash(seed, id, u < 0 ? 1 : 2) - 0.5) * 0.2 + (r > 1.33 ? 0.1 : 0),
      x,
      y,
      0.6,
    );
  });
}

/** The light within the gate, eight frames side by side, in shades of white for the renderer to tint. */
export function gateLight(): Picture {
  const strip = new Picture(width * frames, height);
  for (let frame = 0; frame < frames; frame++) strip.draw(lightFrame(frame), frame * width, 0);
  return strip;
}

function lightFrame(frame: number): Picture {
  const picture = new Picture(width, height);
  const turn = (frame / frames) * 2 * Math.PI;
  const { x: cx, y: cy, rx, ry } = opening;
  // A pool of light on the steps, breathing.
  const breath = 0.5 + 0.08 * Math.sin(turn);
  picture.ellipse(cx, 95, 40, 11, (u, v) =>
    faded(hex("ffffff"), Math.floor((1 - Math.hypot(u, v)) * 4 + 0.4) * 0.25 * breath),
  );
  picture.area(cx - rx, cy - ry, rx * 2 + 1, 85 - cy + ry, (x, y) => {
    const u = (x + 0.5 - cx) / (rx * 0.985);
    const v = Math.min(0, (y + 0.5 - cy) / (ry * 0.985));
    if (u * u + v * v > 1) return undefined;
    return swirl((x + 0.5 - cx) / rx, (y + 0.5 - cy - 4) / ry, turn, x, y);
  });
  for (let i = 0; i < 14; i++) spark(picture, i, frame);
  return picture;
}

/** Arms of light that turn inwards: dark at the rim, blazing in the middle. */
function swirl(u: number, v: number, turn: number, x: number, y: number): number {
  const r = Math.hypot(u, v);
  const arms = Math.sin(Math.atan2(v, u) * 3 + r * 7 - turn * 1 + Math.sin(r * 9 + turn) * 0.4);
  const bright = 0.46 + arms * 0.2 + Math.max(0, 0.62 - r) * 0.85 + (r > 0.9 ? 0.22 : 0);
  const step = Math.min(6, Math.max(0, Math.floor(bright * 7 + (hash(3, x, y) - 0.5) * 0.5)));
  return mix(hex("3c3c46"), hex("ffffff"), step / 6);
}

/** Sparks rise from the steps and fade; each is back where it began after eight frames. */
function spark(picture: Picture, i: number, frame: number): void {
  const life = (hash(9, i, 0) + frame / frames) % 1;
  const x = Math.round(20 + hash(9, i, 1) * 56 + Math.sin((life + hash(9, i, 2)) * 6) * 3);
  const y = Math.round(96 - life * 70 * (0.6 + hash(9, i, 3) * 0.5));
  picture.put(x, y, faded(hex("ffffff"), 1 - life));
  if (life < 0.5) picture.put(x, y - 1, faded(hex("ffffff"), 0.5 - life));
}
