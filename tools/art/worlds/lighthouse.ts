import { faded, hex, pick, ramp, shade } from "#tools/art/kit/color.ts";
import { shadow } from "#tools/art/kit/light.ts";
import { hash } from "#tools/art/kit/luck.ts";
import { Picture } from "#tools/art/kit/picture.ts";

const wood = ramp("2c2233 4f3a3f 7a5548 a67c5a cba474 e5c693");
const plaster = ramp("5a6a98 8a9cc0 b8c8de dce8f2 f4fafd ffffff");
const navy = ramp("0f1c4a 193376 2654a8 3f80d0 74b0ea");
const ink = hex("0d1230");

/** A lighthouse, 96 × 192, standing on the lowest two rows. */
export function lighthouse(): Picture {
  const picture = new Picture(96, 192);
  shadow(picture, 54, 172, 40, 15, 0.45);
  const body = new Picture(96, 192);
  body.ellipse(48, 168, 36, 16, (u, v, px, py) =>
    shade(navy, 0.5 - u * 0.3 - v * 0.1 + (hash(3, px >> 3, py >> 2) - 0.5) * 0.3, px, py, 0.5),
  );
  body.ellipse(48, 163, 33, 13, (u, v, px, py) => shade(plaster, 0.7 - u * 0.2 - v * 0.2, px, py, 0.5));
  body.area(18, 58, 60, 112, (x, y) => {
    const half = 15 + ((y - 58) / 112) * 13;
    const u = (x + 0.5 - 48) / half;
    if (Math.abs(u) > 1 || y > 164 + Math.sqrt(1 - u * u) * 5) return undefined;
    const stripe = Math.floor((y + u * u * 5 - 52) / 23) % 2 === 1;
    return shade(
      stripe ? navy : plaster,
      (stripe ? 0.72 : 0.84) - u * 0.36 - (u > 0.72 ? 0.12 : 0),
      x,
      y,
      0.6,
    );
  });
  door(body);
  lampRoom(body);
  picture.draw(body.outlined(ink), 0, 0);
  return picture.ellipse(48, 40, 40, 34, (u, v) => faded(hex("fff2b0"), 0.26 * (1 - Math.hypot(u, v))));
}

function door(body: Picture): void {
  body.area(40, 140, 16, 29, (x, y) =>
    Math.hypot(Math.max(0, Math.abs(x - 47.5) - 0), Math.min(0, y - 148)) > 8.2
      ? undefined
      : x < 42 || x > 53 || y < 143
        ? pick(wood, 0)
        : shade(wood, 0.6 - (x % 4 === 0 ? 0.25 : 0), x, y, 0.4),
  );
  body.rect(51, 156, 2, 2, hex("ffd36b"));
  for (const y of [84, 116])
    body
      .rect(44, y, 8, 11, pick(navy, 0))
      .area(45, y + 1, 6, 9, (x, py) =>
        shade(ramp("e88a3a ffc25c ffe9a8"), 0.9 - (py - y) * 0.06, x, py, 0.6),
      );
}

function lampRoom(body: Picture): void {
  body.area(28, 52, 40, 8, (x, y) =>
    y === 52 || y === 59 ? pick(navy, 0) : shade(navy, 0.8 - (x - 28) * 0.012, x, y, 0.5),
  );
  for (let x = 29; x < 68; x += 6) body.rect(x, 45, 1, 8, pick(navy, 1));
  body.rect(28, 44, 40, 1, pick(navy, 3));
  body.area(35, 27, 26, 25, (x, y) =>
    (x - 35) % 8 === 0 || x === 60
      ? pick(navy, 1)
      : shade(ramp("ffb84a ffd977 fff0b4 ffffff"), 1.15 - Math.hypot(x - 47, (y - 39) * 0.8) / 17, x, y, 0.6),
  );
  body.area(30, 10, 36, 18, (x, y) => {
    const u = (x + 0.5 - 48) / (4 + (y - 10) * 0.82);
    return Math.abs(u) > 1 ? undefined : shade(navy, 0.75 - u * 0.4, x, y, 0.6);
  });
  body.rect(47, 4, 2, 7, hex("ffd36b")).rect(46, 5, 4, 3, hex("ffd36b"));
}
