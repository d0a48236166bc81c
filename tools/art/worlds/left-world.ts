import { dither, faded, hex, mix, pick, ramp } from "#tools/art/kit/color.ts";
import type { Color, Ramp } from "#tools/art/kit/color.ts";
import { lit, vignette } from "#tools/art/kit/light.ts";
import {
  barrel,
  boat,
  coral,
  crates,
  crystal,
  crystals,
  palm,
  shells,
  starfish,
  tideSign,
} from "./left-props.ts";
import { lighthouse } from "./lighthouse.ts";
import { hash, noise } from "#tools/art/kit/luck.ts";
import { flagstones, ringStones, ripples, water } from "#tools/art/kit/materials.ts";
import { Picture } from "#tools/art/kit/picture.ts";
import { box, circle, merged, path, ragged, union } from "#tools/art/kit/shapes.ts";
import type { WorldArt } from "./world-art.ts";

const deep = ramp("0b1c4a 0f2c66 14437f 1a5f9c 2a82ba 6fc3e0");
const shallow = ramp("1a6a98 2389ad 38a9bf 5fcacd 98e6da e0fff4");
const dune = ramp("7d7898 a59cab c9bdb4 e2d6bd f2e9cd fdf8e4");
const slate = ramp("22305a 33477a 48659b 6287b8 86abd0 b3d2e6");
const marble = ramp("33477a 5070a4 7598c4 9cbedb c4e0ee ecfbff");
const plank = ramp("2c2233 4a3640 70504c 98725c bb9670 d8ba8c");
const square = { x: 310, y: 250 };

const island = ragged(
  merged(
    70,
    box(610, 270, 118, 196, 90),
    circle(312, 262, 158),
    box(460, 270, 150, 152, 70),
    circle(170, 150, 86),
    circle(200, 400, 70),
  ),
  81,
  26,
  46,
);
const pools = ragged(union(circle(478, 156, 34), circle(468, 360, 36)), 82, 16, 20);
const road = ragged(
  union(path(33, [630, 96], [630, 436]), path(27, [310, 250], [630, 260]), circle(square.x, square.y, 104)),
  83,
  7,
  12,
);
const pier = box(104, 264, 92, 27);

const sea = water(84, deep);
const lagoon = water(85, shallow);
const sand = ripples(86, dune, 0.3, 10);
const flags = flagstones(87, slate, 26, 16);
const ring = ringStones(88, marble, square, 24, 16);

function seaAt(x: number, y: number): Color {
  const out = island(x, y);
  const lace = (noise(89, x, y, 12) - 0.5) * 5;
  if (Math.abs(out - 3 + lace * 0.6) < 1.6) return hex("f2fffb");
  if (Math.abs(out - 13 + lace) < 0.9 && noise(90, x, y, 18) > 0.42) return hex("c8f5ee");
  const share = (out + lace - 16) / 46;
  return share + (dither(x, y) - 0.5) * 0.22 < 0.5
    ? mix(lagoon(x, y), sea(x, y), share < 0.2 ? 0 : 0.3)
    : share < 1
      ? mix(lagoon(x, y), sea(x, y), 0.72)
      : sea(x, y);
}

function poolAt(x: number, y: number): Color {
  const inner = -pools(x, y);
  if (inner < 3) return hash(91, x >> 2, y >> 2) > 0.5 ? pick(slate, 1) : pick(slate, 3);
  if (inner < 5) return hex("dffcf4");
  return inner < 13 ? lagoon(x, y) : mix(lagoon(x, y), sea(x, y), 0.45);
}

function landAt(x: number, y: number): Color {
  const shore = -island(x, y);
  const grain = sand(x, y);
  if (pools(x, y) < 4) return poolAt(x, y);
  const paved = -road(x, y);
  if (paved > 0) return pavedAt(x, y, paved);
  const wet = shore < 13 + (noise(92, x, y, 16) - 0.5) * 6 || pools(x, y) < 9;
  const shaded = paved > -3 ? mix(grain, hex("4a4468"), 0.4) : grain;
  return wet ? mix(shaded, hex("6a7ea0"), shore < 6 ? 0.42 : 0.3) : shaded;
}

/** Stones that the wind has half buried: sand lies in the joints and over the rim. */
function pavedAt(x: number, y: number, inside: number): Color {
  const radius = Math.hypot(x - square.x, y - square.y);
  if (radius < 96)
    return radius > 91 || Math.abs(radius - 60) < 2
      ? pick(slate, 0)
      : radius > 60
        ? tide(x, y, radius)
        : ring(x, y);
  const drifted = noise(93, x, y, 22) * 16 > inside + 4;
  return inside < 1.4 ? pick(slate, 0) : drifted ? mix(sand(x, y), pick(slate, 3), 0.15) : flags(x, y);
}

/** A band of waves around the square. */
function tide(x: number, y: number, radius: number): Color {
  const angle = Math.atan2(y - square.y, x - square.x);
  const crest = 75 + Math.sin(angle * 14) * 6;
  const tone: Ramp = radius > crest ? marble : slate;
  if (Math.abs(radius - crest) < 1.4) return hex("ecfbff");
  return mix(ring(x, y), tone[radius > crest ? 1 : 4] ?? 0, 0.45);
}

function pierAt(x: number, y: number): Color | undefined {
  if (pier(x, y) > 0) return pier(x, y - 9) < 0 && island(x, y) > 0 ? faded(hex("0a1434"), 0.55) : undefined;
  const board = Math.floor(x / 9);
  if (x % 9 === 8 || y > 288) return pick(plank, 0);
  if (y < 240 || y > 285) return plank[y % 2 ? 2 : 3];
  const knot = hash(94, board, y >> 2) > 0.94 ? 1 : 0;
  return plank[
    Math.min(
      5,
      Math.max(
        1,
        Math.floor(
          2.4 + hash(95, board, 0) * 2 + (x % 9 === 0 ? 1 : 0) - knot + (noise(96, x * 9, y, 14) - 0.5) * 1.6,
        ),
      ),
    )
  ];
}

function painting(): Picture {
  const picture = new Picture(800, 544);
  picture.paint((x, y) => (island(x, y) > 0 ? seaAt(x, y) : landAt(x, y)));
  picture.paint(pierAt);
  for (const [x, y] of [
    [560, 116],
    [688, 116],
    [416, 176],
    [224, 456],
    [704, 264],
    [400, 400],
  ] as const)
    lit(picture, x, y, 70, hex("6ff2ff"), 0.34);
  vignette(picture, hex("0b1c4a"), 60);
  return picture;
}

/** Left World: a pale island in a blue sea, where crystals grow and the tide keeps the time. */
export const leftWorld: WorldArt = {
  key: "left_world",
  backdrop: "#0b1c4a",
  accent: "#5cd6f0",
  painting,
  isWalkable: (x, y) => pier(x, y) < 0 || (island(x, y) < 0 && pools(x, y) > 4),
  props: () => [
    { name: "lighthouse", picture: lighthouse(), solid: ["...", "...", "...", "...", "###", "###"] },
    { name: "palm", picture: palm(1), solid: ["...", "...", "...", ".#."] },
    { name: "palm-bent", picture: palm(2), solid: ["...", "...", "...", ".#."] },
    { name: "crystals", picture: crystals(1), solid: ["..", "##", "##"] },
    { name: "crystals-tall", picture: crystals(2), solid: ["..", "##", "##"] },
    { name: "crystal", picture: crystal(), solid: ["#"] },
    { name: "boat", picture: boat() },
    { name: "crates", picture: crates(), solid: ["..", "##"] },
    { name: "barrel", picture: barrel(), solid: ["#"] },
    { name: "coral", picture: coral(), solid: ["#"] },
    { name: "shells", picture: shells() },
    { name: "starfish", picture: starfish() },
    { name: "signpost", picture: tideSign(), solid: ["#"] },
  ],
};
