import { dither, hex, mix, pick, ramp, shade } from "#tools/art/kit/color.ts";
import type { Color } from "#tools/art/kit/color.ts";
import { lit, scattered, vignette } from "#tools/art/kit/light.ts";
import { clouds, hash, noise } from "#tools/art/kit/luck.ts";
import { flagstones, grass, ringStones, rock, water } from "#tools/art/kit/materials.ts";
import { Picture } from "#tools/art/kit/picture.ts";
import { box, circle, merged, path, ragged, union } from "#tools/art/kit/shapes.ts";
import {
  bells,
  blossomTree,
  brokenColumn,
  column,
  flowerBed,
  harp,
  organ,
  skySign,
  starLamp,
  urn,
} from "./top-props.ts";
import type { WorldArt } from "./world-art.ts";

const lawn = ramp("33256c 4a3a92 634fb0 8068c8 a68cde d6c2f6");
const marble = ramp("55467c 7d6ca6 a596c8 c8bce0 e4dcf2 fbf7ff");
const cliffShades = ramp("1d1440 30205c 4a347e 6a4e9c 9272ba c0a2dc");
const dusk = ramp("241a58 33256e 4a3388 6a459e 9059ae b874b8 dc94be f4b8c4");
const mist = ramp("7a5cb0 a17cc4 c8a0d6 e6c4e4 f8e2f0 ffffff");
const lily = ramp("2a2a7c 3a48a8 5270cc 7ca2e8 b2d6fa f0fcff");
const stage = { x: 400, y: 236, rx: 172, ry: 92 };
const gates = [
  [170, 416],
  [400, 416],
  [630, 416],
] as const;

const island = ragged(
  merged(
    80,
    box(400, 262, 322, 168, 110),
    box(400, 400, 300, 56, 50),
    circle(176, 196, 108),
    circle(624, 196, 108),
  ),
  121,
  24,
  50,
);
const ponds = ragged(union(circle(168, 214, 40), circle(632, 214, 40)), 122, 9, 24);
const roads = ragged(
  union(
    path(25, [170, 416], [630, 416]),
    path(28, [400, 320], [400, 416]),
    ...gates.map(([x, y]) => circle(x, y - 2, 52)),
  ),
  123,
  4,
  10,
);

const meadow = grass(124, lawn);
const flags = flagstones(125, marble, 24, 15);
const round = ringStones(126, marble, { x: 400, y: 236 }, 20, 14);
const stoneFace = rock(127, cliffShades, 15);
const pond = water(128, lily);

/** How far the rock hangs below the island's edge at a column. */
const hanging = (x: number): number =>
  24 + noise(129, x, 0, 46) * 40 + Math.abs(((x + noise(130, x, 0, 20) * 20) % 34) - 17) * 1.1;

function skyAt(x: number, y: number): Color {
  const height = y / 544 + (noise(131, x, y, 120) - 0.5) * 0.16;
  const air = shade(dusk, height * 0.96, x, y, 0.9);
  const puff = clouds(132, x * 0.62, y * 1.25, 88) + (y / 544) * 0.16;
  if (puff > 0.62) {
    const lift = clouds(132, x * 0.62, (y + 7) * 1.25, 88) + ((y + 7) / 544) * 0.16 - puff;
    return mix(shade(mist, 0.34 + (puff - 0.62) * 2 + lift * 6, x, y, 0.8), air, puff < 0.66 ? 0.4 : 0.08);
  }
  return y < 250 && hash(133, x, y) > 0.9972 - (250 - y) * 0.000004 ? hex("fff6e0") : air;
}

function cliffAt(x: number, y: number): Color | undefined {
  if (island(x, y) > 90) return undefined;
  let down = 0;
  while (down < 80 && island(x, y - down) > 0) down++;
  const limit = hanging(x);
  if (down >= limit || island(x, y - down) > 0) return undefined;
  if (down < 7 + (noise(134, x, 0, 5) - 0.5) * 8) return shade(lawn, 0.32 - down * 0.03, x, y, 0.6);
  const share = down / limit;
  return mix(stoneFace(x, y), pick(cliffShades, 0), Math.floor(share * 5 + dither(x, y) * 0.8) / 7);
}

function landAt(x: number, y: number): Color {
  const pool = -ponds(x, y);
  if (pool > -6)
    return pool > 0
      ? pondAt(x, y, pool)
      : shade(
          marble,
          pool > -2 ? 0.35 : 0.8 - (pool + 6) * 0.04 + (hash(135, x >> 2, y >> 2) - 0.5) * 0.24,
          x,
          y,
          0.5,
        );
  const u = (x + 0.5 - stage.x) / stage.rx;
  const v = (y + 0.5 - stage.y) / stage.ry;
  const r = Math.hypot(u, v);
  if (r < 1) return stageAt(x, y, r, Math.atan2(v, u));
  const paved = -roads(x, y);
  if (paved > 0) return paved < 1.5 ? pick(marble, 0) : flags(x, y);
  const edge = -island(x, y);
  const turf = meadow(x, y);
  const step = r < 1.05 || paved > -3 || pool > -9 ? mix(turf, hex("1a1240"), 0.45) : turf;
  return edge < 5 ? mix(step, pick(lawn, 5), edge < 2.4 ? 0.75 : 0.35) : step;
}

function pondAt(x: number, y: number, depth: number): Color {
  const pad = noise(136, x, y, 15) > 0.74 && depth > 5;
  const isBlossom = hash(137, x >> 2, y >> 2) > 0.9 && pad;
  return isBlossom
    ? hex("ffd0ee")
    : pad
      ? shade(ramp("2f5a6a 4a8a80 7cc09a"), 0.5 + (noise(136, x - 1, y - 1, 15) < 0.74 ? 0.4 : 0), x, y, 0.4)
      : depth < 3
        ? pick(lily, 4)
        : pond(x, y);
}

/** The stage: a ring of piano keys around five lines of music. */
function stageAt(x: number, y: number, r: number, angle: number): Color {
  if (r > 0.975 || (r < 0.83 && r > 0.805)) return pick(marble, 0);
  if (r > 0.83) return keyAt(angle, r, x, y);
  const isLine = [0.36, 0.44, 0.52, 0.6, 0.68].some((line) => Math.abs(r - line) < 0.0065);
  const base = round(x, y);
  if (r < 0.2) return r > 0.18 ? pick(marble, 1) : mix(base, hex("b98af0"), 0.34);
  const at = (angle / (2 * Math.PI) + 1) * 18;
  const slot = Math.floor(at);
  const tone = 0.36 + Math.floor(hash(138, slot, 0) * 9) * 0.04;
  const across = ((at - slot - 0.5) / 18) * 2 * Math.PI * r * stage.rx * 0.8;
  const along = (r - tone) * stage.ry * 1.3;
  const isHead = (across / 5) ** 2 + (along / 3.6) ** 2 < 1;
  const isTail = Math.abs(across - 4) < 1 && along > 0 && along < 17;
  if (isHead || isTail) return mix(hex("43218a"), base, 0.12);
  return isLine ? mix(base, hex("5c3c9c"), 0.62) : base;
}

function keyAt(angle: number, r: number, x: number, y: number): Color {
  const at = (angle / (2 * Math.PI) + 1) * 56;
  const key = Math.floor(at);
  const inKey = at - key;
  const isBlack = [0, 1, 3, 4, 5].includes(key % 7) && r > 0.892;
  const nearNext = inKey > 0.68 && isBlack;
  const nearLast = inKey < 0.32 && [0, 1, 3, 4, 5].includes((key + 6) % 7) && r > 0.892;
  if (nearNext || nearLast) return shade(ramp("1d1440 30205c 4a347e"), 0.3 + (r > 0.95 ? 0.4 : 0), x, y, 0.4);
  if (inKey < 0.07) return pick(marble, 1);
  return shade(marble, 0.97 - (r < 0.85 ? 0.2 : 0) - Math.max(0, Math.sin(angle)) * 0.12, x, y, 0.5);
}

function painting(): Picture {
  const picture = new Picture(800, 544).paint(skyAt);
  picture.paint((x, y) => (island(x, y) > 0 ? cliffAt(x, y) : landAt(x, y)));
  const isMeadow = (x: number, y: number): boolean =>
    island(x, y) < -12 &&
    ponds(x, y) > 10 &&
    roads(x, y) > 5 &&
    Math.hypot((x - stage.x) / stage.rx, (y - stage.y) / stage.ry) > 1.07;
  scattered(picture, 141, 1300, isMeadow, ["ffd0ee", "fff6dc", "ff9ad0", "ffe08a", "a8e8ff"]);
  for (const [x, y] of [
    [272, 368],
    [528, 368],
    [208, 112],
    [592, 112],
    [400, 140],
    [170, 416],
    [630, 416],
  ] as const)
    lit(picture, x, y, 66, hex("ffd0f4"), 0.34);
  vignette(picture, hex("1f1650"), 44);
  return picture;
}

/** Top World: a garden that floats in the evening sky, and a stage for whoever has a tune. */
export const topWorld: WorldArt = {
  key: "top_world",
  backdrop: "#1f1650",
  accent: "#d79bff",
  painting,
  isWalkable: (x, y) => island(x, y) < -2 && ponds(x, y) > 4,
  props: () => [
    { name: "blossom-tree", picture: blossomTree(3), solid: ["...", "...", "...", ".#."] },
    { name: "blossom-tree-white", picture: blossomTree(4), solid: ["...", "...", "...", ".#."] },
    { name: "column", picture: column(), solid: [".", ".", "#"] },
    { name: "column-broken", picture: brokenColumn(), solid: [".", "#"] },
    { name: "organ", picture: organ(), solid: ["", "", "", ".###."] },
    { name: "harp", picture: harp(), solid: ["..", "##"] },
    { name: "star-lamp", picture: starLamp(), solid: [".", "#"] },
    { name: "flower-bed", picture: flowerBed(), solid: ["##"] },
    { name: "urn", picture: urn(), solid: ["#"] },
    { name: "bells", picture: bells(), solid: ["..", "..", "##"] },
    { name: "signpost", picture: skySign(), solid: ["#"] },
  ],
};
