import { faded, hex, mix, pick, ramp, shade } from "#tools/art/kit/color.ts";
import { flagstones, grass, ringStones } from "#tools/art/kit/materials.ts";
import { clouds, hash } from "#tools/art/kit/luck.ts";
import { lit, scattered, vignette } from "#tools/art/kit/light.ts";
import { Picture } from "#tools/art/kit/picture.ts";
import { arcade, banner, bench, fountain, hedge, lantern, planter, signpost, tree } from "./hub-props.ts";
import { box, circle, merged } from "#tools/art/kit/shapes.ts";
import type { WorldArt } from "./world-art.ts";

const stone = ramp("3b2a2e 5e4340 85614f a98061 c69d74 dcb98a efd6a6");
const pale = ramp("4a3434 755249 9c7458 bf9669 dab581 edd19f f8e6bd");
const lawn = ramp("17312c 1f4433 2b5a38 3c723c 578c43 7ca750");
const masonry = ramp("2b2030 43303c 5c4347 785a52 93725f ab8b6f");
const centre = { x: 400, y: 268 };
const plaza = merged(40, box(400, 270, 272, 166, 72), circle(400, 436, 92));

/** Lamps of the plaza, at their light. */
const lamps = [
  [272, 188],
  [528, 188],
  [272, 362],
  [528, 362],
  [304, 452],
  [496, 452],
  [112, 180],
  [688, 180],
  [112, 340],
  [688, 340],
] as const;

const paving = flagstones(11, stone, 34, 20);
const mosaic = ringStones(21, pale, centre, 20, 15);
const rim = ringStones(31, pale, centre, 26, 12);
const meadow = grass(41, lawn);

function plazaAt(x: number, y: number): number | undefined {
  const inside = -plaza(x, y) + (clouds(7, x, y, 14) - 0.5) * 3;
  if (inside < 0) return undefined;
  // The curb: a bright ring of stones, its own shadow on the paving.
  if (inside < 9)
    return inside < 1 || inside > 8
      ? pick(stone, 0)
      : hash(3, Math.floor(Math.atan2(y - 270, x - 400) * 46), 0) > 0.12
        ? shade(pale, inside < 3 ? 0.86 : 0.66, x, y, 0.7)
        : pick(pale, 2);
  const radius = Math.hypot(x - centre.x, y - centre.y);
  const base =
    radius < 56 ? mosaic(x, y) : radius < 118 ? rose(x, y, radius) : radius < 126 ? rim(x, y) : paving(x, y);
  return inside < 14 ? mix(base, hex("3b2a2e"), 0.35) : base;
}

const points = ["6d4bb8", "b8433f", "d9a441", "3f74c4"] as const;

/** The rose of the four winds: each point in the colour of the world it leads to, one half lit. */
function rose(x: number, y: number, radius: number): number {
  const angle = Math.atan2(y - centre.y + 0.5, x - centre.x + 0.5) / (Math.PI / 2) + 1.5;
  const quarter = Math.floor(angle) & 3;
  const off = angle - Math.floor(angle) - 0.5;
  // Straight flanks: a point is the narrower the further out.
  const toTip =
    radius * Math.cos((off * Math.PI) / 2) + Math.abs(radius * Math.sin((off * Math.PI) / 2)) * 2.6;
  if (radius < 59 || (radius > 112 && radius < 115) || (toTip > 114 && toTip < 116.5)) return pick(stone, 1);
  if (toTip > 114) return mosaic(x, y);
  const color = hex(points[quarter] ?? "ffffff");
  return off < 0 ? mix(color, hex("fff0c8"), 0.22) : mix(color, hex("2a1a30"), 0.26);
}

/** The town wall along the north: courses of stone, windows with light behind them. */
function wall(picture: Picture): void {
  const courses = flagstones(51, masonry, 22, 11);
  picture.area(0, 18, 800, 78, (x, y) =>
    y < 26
      ? shade(masonry, 0.85, x, y, 0.8)
      : y > 88
        ? mix(courses(x, y), hex("1a1420"), (y - 88) / 12)
        : courses(x, y),
  );
  for (let x = 0; x < 800; x += 32) {
    picture.area(x + 4, 4, 22, 16, (px, py) =>
      py < 7 ? pick(masonry, 5) : px < x + 6 ? pick(masonry, 4) : shade(masonry, 0.55, px, py, 1),
    );
    picture.rect(x + 4, 19, 22, 1, pick(masonry, 1));
  }
  picture.area(0, 96, 800, 12, (_x, y) => faded(hex("120c18"), (108 - y) / 20));
  for (const x of [84, 180, 268, 532, 620, 716]) window(picture, x, 44);
}

function window(picture: Picture, x: number, y: number): void {
  picture.ellipse(x, y, 11, 11, pick(masonry, 1)).rect(x - 11, y, 22, 28, pick(masonry, 1));
  const glow = ramp("a4502c d97b34 f4ad4c ffd983");
  const pane = (px: number, py: number): number =>
    shade(glow, 0.35 + (py - y) / 40 + (hash(5, px >> 2, py >> 3) - 0.5) * 0.3, px, py, 0.8);
  picture.ellipse(x, y, 8, 8, (_u, _v, px, py) => pane(px, py)).area(x - 8, y, 16, 25, pane);
  picture.rect(x - 1, y - 8, 2, 33, pick(masonry, 0)).rect(x - 8, y + 6, 16, 2, pick(masonry, 0));
  picture.rect(x - 13, y + 26, 26, 4, pick(masonry, 5)).rect(x - 13, y + 30, 26, 1, pick(masonry, 0));
}

function painting(): Picture {
  const picture = new Picture(800, 544);
  picture.paint(meadow);
  scattered(picture, 61, 1000, (x, y) => plaza(x, y) > 8 && y > 100, [
    "f4e3a1",
    "e98a9a",
    "c9b4f2",
    "fff6dc",
  ]);
  picture.paint((x, y) =>
    plaza(x, y) > 0 && plaza(x - 3, y - 4) < 0 ? faded(hex("0e1a1c"), 0.5) : undefined,
  );
  picture.paint(plazaAt);
  wall(picture);
  for (const [x, y] of lamps) lit(picture, x, y, 84, hex("ffb45c"), 0.42);
  vignette(picture, hex("14211f"), 70);
  return picture;
}

/** Hub: a warm plaza before the town wall, at dusk. */
export const hub: WorldArt = {
  key: "hub",
  backdrop: "#14211f",
  accent: "#ffb45c",
  painting,
  isWalkable: (_x, y) => y > 96,
  props: () => [
    tree(1),
    tree(2),
    { name: "lantern", picture: lantern(), solid: [".", "#"] },
    { name: "bench", picture: bench(), solid: ["##"] },
    { name: "planter", picture: planter(), solid: ["#"] },
    { name: "fountain", picture: fountain(), solid: ["...", "###", "###", "###"] },
    { name: "arcade", picture: arcade(), solid: [".", "#"] },
    { name: "banner-blue", picture: banner("3f74c4") },
    { name: "banner-red", picture: banner("c2413f") },
    { name: "banner-violet", picture: banner("8457d1") },
    { name: "hedge", picture: hedge(), solid: ["##"] },
    { name: "signpost", picture: signpost(), solid: ["#"] },
  ],
};
