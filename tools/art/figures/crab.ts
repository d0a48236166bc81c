import { faded, hex } from "#tools/art/kit/color.ts";
import { Picture } from "#tools/art/kit/picture.ts";
import { frameHeight, frameWidth } from "./character.ts";

const ink = hex("2a0d16");
const legend = {
  d: hex("8a2434"),
  r: hex("c8402f"),
  R: hex("ee6a3c"),
  H: hex("ffb27a"),
  w: hex("fff6e4"),
  k: ink,
} as const;

const walking = [
  "..rr............rr..",
  ".rRr.w........w.rRr.",
  ".rr..k........k..rr.",
  ".rRr.d........d.rRr.",
  "..rrrdrRRRRRRrdrrr..",
  "...drRRHHRRRRRRrd...",
  "....rRHHRRRRRRRr....",
  "....rRRRRRRRRrrd....",
  "....drRRRRRrrrdd....",
  ".....ddddddddd......",
] as const;

const hiding = [
  ".....rrrRRRRrrr.....",
  "....rRRHHRRRRRRr....",
  "...rRRHHRRRRRRRrd...",
  "...rRRRRRRRRRRrrd...",
  "..rrrrRRRRRRrrrrrr..",
  ".rRRrrddddddddrrRRr.",
  "..rr............rr..",
] as const;

/** Three pairs of legs, the outer ones first forward, then back. */
const steps = [
  [".d.d..........d.d.", "d..d..........d..d"],
  ["d..d..........d.d.", "..d............d.d"],
  [".d.d..........d..d", "d.d............d.."],
] as const;

/** It looks the same from every side: a crab walks as it stands. */
export function crab(): Picture {
  return sheet((column) => {
    const body = new Picture(frameWidth, frameHeight);
    const lift = column === 0 ? 0 : 1;
    body.text(7, 42, steps[column] ?? steps[0], legend);
    return body.text(6, 33 - lift, walking, legend);
  });
}

/** Drawn into its shell. */
export function crabHiding(): Picture {
  return sheet(() => new Picture(frameWidth, frameHeight).text(6, 37, hiding, legend));
}

function sheet(drawn: (column: number) => Picture): Picture {
  const whole = new Picture(frameWidth * 3, frameHeight * 4);
  for (let row = 0; row < 4; row++)
    for (let column = 0; column < 3; column++) {
      const frame = new Picture(frameWidth, frameHeight);
      frame.ellipse(16, 44, 10, 2.5, (u, v) => faded(hex("0b0714"), u * u + v * v > 0.6 ? 0.22 : 0.42));
      frame.draw(drawn(column).outlined(ink, 0.1), 0, 0);
      whole.draw(frame, column * frameWidth, row * frameHeight);
    }
  return whole;
}
