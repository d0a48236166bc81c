import { faded, hex, mix, pick, ramp, rounded, shade } from "#tools/art/kit/color.ts";
import { shadow } from "#tools/art/kit/light.ts";
import { hash } from "#tools/art/kit/luck.ts";
import { flagstones } from "#tools/art/kit/materials.ts";
import { Picture } from "#tools/art/kit/picture.ts";

const iron = ramp("17141a 2a262d 454049 68606a 938a92 c4bcc0");
const brick = ramp("2a1214 4c211e 7a3828 a25238 c67450 e6a578");
const fire = ramp("7a1608 c8340c f4701a ffa42c ffd860 fff8cc");
const ink = hex("160a10");

/** The blast furnace, 128 × 160, standing on its lowest two rows. */
export function furnace(): Picture {
  const picture = new Picture(128, 160);
  shadow(picture, 70, 146, 56, 13, 0.5);
  const body = new Picture(128, 160);
  const courses = flagstones(7, brick, 14, 8);
  for (const [x, top] of [
    [26, 18],
    [102, 34],
  ] as const)
    stack(body, x, top);
  body.area(14, 66, 100, 84, (x, y) => {
    const half = 36 + Math.max(0, (y - 66) / 84) * 12;
    const u = (x + 0.5 - 64) / half;
    if (Math.abs(u) > 1) return undefined;
    return y < 72 || (y > 104 && y < 109)
      ? shade(iron, rounded(0.72, u), x, y, 0.4)
      : mix(courses(x, y), hex("000000"), Math.max(0, u * 0.5 - 0.05));
  });
  body.area(34, 46, 60, 21, (x, y) => {
    const half = 18 + ((y - 46) / 20) * 16;
    const u = (x + 0.5 - 64) / half;
    return Math.abs(u) > 1 ? undefined : shade(iron, rounded(0.62, u) - (y % 7 === 0 ? 0.14 : 0), x, y, 0.4);
  });
  mouth(body);
  picture.draw(body.outlined(ink), 0, 0);
  return picture.ellipse(64, 132, 44, 30, (u, v) => faded(hex("ff8a2c"), 0.36 * (1 - Math.hypot(u, v))));
}

function stack(body: Picture, x: number, top: number): void {
  body.area(x - 11, top, 22, 150 - top, (px, y) =>
    shade(
      iron,
      rounded(0.58, (px + 0.5 - x) / 11) -
        ((y - top) % 22 === 0 ? 0.3 : 0) +
        ((y - top) % 22 === 1 ? 0.14 : 0),
      px,
      y,
      0.4,
    ),
  );
  body.area(x - 13, top - 2, 26, 7, (px, y) =>
    shade(iron, rounded(0.75, (px + 0.5 - x) / 13) - (y - top) * 0.03, px, y, 0.4),
  );
  body.ellipse(x, top - 1, 10, 2.5, hex("0c070c"));
  for (let i = 0; i < 5; i++)
    body.ellipse(
      x + (hash(3, i, x) - 0.5) * 7,
      top - 3 - i * 1.6,
      4 - i * 0.4,
      2.6,
      faded(hex("c8b8b4"), 0.24),
    );
}

function mouth(body: Picture): void {
  const inside = (x: number, y: number, grow: number): boolean =>
    Math.hypot(x + 0.5 - 64, Math.min(0, y - 124)) < 22 + grow && y < 147;
  body.area(36, 94, 56, 54, (x, y) => {
    if (!inside(x, y, 6)) return undefined;
    if (!inside(x, y, 0))
      return (Math.floor(Math.atan2(y - 124, x - 64) * 5.2) & 1) === 0 ? pick(iron, 4) : pick(iron, 2);
    const flame = 1 - (y - 102) / 46 + Math.sin(x * 0.55) * 0.14 + Math.sin(x * 1.4 + 2) * 0.08;
    return flame > 0.82
      ? hex("2a0a0c")
      : shade(fire, 1.02 - flame * 1.05 - (Math.abs(x - 64) / 22) ** 2 * 0.25, x, y, 0.6);
  });
  for (let x = 46; x < 86; x += 9) body.rect(x, 128, 2, 19, pick(iron, 1));
  body.rect(43, 134, 43, 2, pick(iron, 1));
}
