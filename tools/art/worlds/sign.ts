import { pick, shade } from "#tools/art/kit/color.ts";
import type { Color, Ramp } from "#tools/art/kit/color.ts";
import { shadow } from "#tools/art/kit/light.ts";
import { hash } from "#tools/art/kit/luck.ts";
import { Picture } from "#tools/art/kit/picture.ts";

/** A board on a post. 32 × 32. */
export function board(wood: Ramp, ink: Color): Picture {
  const picture = new Picture(32, 32);
  shadow(picture, 17, 28, 8, 3, 0.5);
  const body = new Picture(32, 32);
  body.rect(14, 14, 4, 15, pick(wood, 1)).rect(14, 14, 1, 15, pick(wood, 3));
  body.area(4, 3, 24, 13, (x, y) =>
    y === 15
      ? wood[1]
      : shade(wood, 0.86 - (y - 3) * 0.04 + (hash(3, x >> 3, y >> 2) - 0.5) * 0.16, x, y, 0.5),
  );
  for (const [y, end] of [
    [6, 24],
    [9, 20],
    [12, 22],
  ] as const)
    body.rect(8, y, end - 8, 1, pick(wood, 0));
  return picture.draw(body.outlined(ink), 0, 0);
}
