import { faded, hex, mix, pick, ramp, shade } from "#tools/art/kit/color.ts";
import type { Color } from "#tools/art/kit/color.ts";
import { lit, vignette } from "#tools/art/kit/light.ts";
import { hash, noise } from "#tools/art/kit/luck.ts";
import { flagstones, ripples, rock } from "#tools/art/kit/materials.ts";
import { Picture } from "#tools/art/kit/picture.ts";
import {
  anvil,
  bones,
  cactus,
  cart,
  gears,
  oreHeap,
  pipes,
  sparkSign,
  tallCactus,
  toolbox,
  torch,
} from "./right-props.ts";
import { furnace } from "./furnace.ts";
import { box, circle, merged, path, ragged, union } from "#tools/art/kit/shapes.ts";
import type { WorldArt } from "./world-art.ts";

const sandShades = ramp("5c2a24 8a4230 b45f3c cf7d4a e39a5e f3bd80");
const cliffShades = ramp("1e1018 38191f 5a2824 80402e a6603e cc8a5a");
const plate = ramp("1a161c 2c272e 433c42 5f565a 81767a aca0a0");
const brick = ramp("241418 40201f 6a3428 8e4c34 b26a46 d99a6a");
const fire = ramp("3a0c0a 7a1608 c8340c f4701a ffb43c ffec9c");

const floor = ragged(merged(60, box(400, 285, 318, 178, 90), box(400, 264, 330, 150, 60)), 101, 30, 60);
const lava = ragged(
  union(
    path(17, [800, 130], [716, 176], [652, 160]),
    circle(640, 154, 27),
    path(16, [800, 420], [708, 398], [640, 424], [560, 418]),
    circle(552, 420, 24),
  ),
  102,
  13,
  22,
);
const yard = union(box(500, 262, 112, 104, 12));
const walkway = union(box(170, 268, 43, 178, 6), box(320, 262, 190, 25, 2));
const rails = { y: 422, from: 256, to: 480 };

const sand = ripples(103, sandShades, 0.5, 9);
const cliff = rock(104, cliffShades, 17);
const setts = flagstones(105, brick, 24, 14);

function groundAt(x: number, y: number): Color {
  const inside = -floor(x, y);
  const hot = lava(x, y);
  if (hot < 7) return lavaAt(x, y, hot);
  if (inside < 0) return cliffAt(x, y, -inside);
  if (yard(x, y) < 0) return yardAt(x, y);
  if (walkway(x, y) < 0) return plateAt(x, y);
  const near = Math.min(yard(x, y), walkway(x, y));
  const grain = hot < 26 ? mix(sand(x, y), pick(fire, 1), 0.5 * (1 - hot / 26)) : sand(x, y);
  // The cliff stands over the sand: its shadow falls where the sun does not reach.
  const above = floor(x - 5, y - 16) > 0 ? 0.5 : 0;
  return mix(grain, hex("240e18"), Math.max(above, near < 3 ? 0.4 : 0));
}

/** Cliffs: flat tops away from the floor, a lit rim, walls of broken rock towards us. */
function cliffAt(x: number, y: number, out: number): Color {
  const isFace = floor(x, y + 34) < 0;
  const rim = Math.abs(floor(x, y + 34)) < 2.5 || (!isFace && out < 3);
  if (rim) return pick(cliffShades, 5);
  if (isFace) return mix(cliff(x, y), hex("14080e"), Math.max(0, 0.5 - out / 40));
  const strata = noise(106, x, y, 40);
  return shade(cliffShades, 0.4 + (strata - 0.5) * 0.5 + (noise(107, x, y, 7) > 0.78 ? 0.1 : 0), x, y, 0.7);
}

function lavaAt(x: number, y: number, edge: number): Color {
  if (edge > 0)
    return edge > 5 ? pick(cliffShades, 1) : mix(cliff(x, y), pick(fire, 2), edge < 2 ? 0.55 : 0.15);
  const flow = noise(108, x * 0.6, y, 13) + noise(109, x, y * 1.4, 6) * 0.4;
  const crust = flow > 0.86 && edge > -14 ? -0.5 : 0;
  return shade(fire, 0.62 - edge * 0.014 + (flow - 0.6) * 0.4 + crust, x, y, 0.5);
}

function yardAt(x: number, y: number): Color {
  const rim = -yard(x, y);
  if (rim < 7) return rim < 1 || rim > 6 ? pick(plate, 0) : riveted(x, y, rim < 3 ? 0.82 : 0.6);
  const radius = Math.hypot(x - 500, y - 260);
  if (radius < 84) return gearAt(x, y, radius);
  return setts(x, y);
}

/** A great gear let into the floor. */
function gearAt(x: number, y: number, radius: number): Color {
  const angle = Math.atan2(y - 260, x - 500);
  const tooth = Math.cos(angle * 12) > 0 ? 80 : 67;
  const spoke = Math.abs(Math.sin(angle * 3)) * radius < 8;
  const isIron = radius < tooth && (radius > 48 || spoke || radius < 20);
  const edge = Math.abs(radius - tooth) < 1.6 || Math.abs(radius - 48) < 1.3 || Math.abs(radius - 20) < 1.3;
  if (edge || radius < 8) return pick(plate, 0);
  if (!isIron) return mix(setts(x, y), hex("180c10"), radius < tooth ? 0.3 : 0);
  const light = Math.cos(angle + 2.2) * 0.14;
  return shade(
    plate,
    0.52 + light + (noise(110, x, y, 11) - 0.5) * 0.2 + (hash(111, x, y >> 1) > 0.93 ? 0.14 : 0),
    x,
    y,
    0.5,
  );
}

/** Iron plates with rivets in their corners, rust creeping from the seams. */
function plateAt(x: number, y: number): Color {
  const edge = -walkway(x, y);
  if (edge < 2) return pick(plate, edge < 1 ? 0 : 5);
  const u = (x - 127) % 43;
  const v = (y - 90) % 40;
  if (u < 1 || v < 1) return pick(plate, 0);
  const rivet = Math.hypot(Math.abs(u - 21.5) - 16.5, Math.abs(v - 20) - 15);
  if (rivet < 2) return pick(plate, rivet < 1 ? 5 : 1);
  const toSeam = Math.min(u, v, 43 - u, 40 - v);
  const bevel = u === 1 || v === 1 ? 0.2 : u > 40 || v > 37 ? -0.14 : 0;
  const tone = 0.5 + bevel + (isTread(x, y) && toSeam > 9 ? 0.14 : 0) + (noise(113, x, y, 30) - 0.5) * 0.2;
  const iron = shade(plate, tone, x, y, 0.4);
  const rust = noise(112, x, y, 18) * 1.2 + (toSeam < 4 ? 0.2 : 0);
  return rust > 0.95 ? mix(iron, hex("9a4a26"), 0.5) : iron;
}

/** The raised pattern that keeps boots from slipping. */
const isTread = (x: number, y: number): boolean => (x + y) % 12 < 2 !== (x - y + 1200) % 12 < 2;

const riveted = (x: number, y: number, tone: number): Color =>
  (x + y) % 14 === 0 ? pick(plate, 5) : shade(plate, tone, x, y, 0.5);

function railsOn(picture: Picture): void {
  for (let x = rails.from; x < rails.to; x += 12)
    picture.area(x, rails.y - 4, 6, 30, (px, y) =>
      shade(brick, 0.4 + (y === rails.y - 4 ? 0.3 : 0) - (px - x) * 0.03, px, y, 0.5),
    );
  for (const y of [rails.y + 1, rails.y + 18])
    picture
      .rect(rails.from - 6, y, rails.to - rails.from + 12, 3, pick(plate, 1))
      .rect(rails.from - 6, y, rails.to - rails.from + 12, 1, pick(plate, 5));
}

function painting(): Picture {
  const picture = new Picture(800, 544);
  picture.paint(groundAt);
  picture.paint((x, y) =>
    noise(114, x, y, 9) > 0.9 && floor(x, y) < -24 && Math.min(yard(x, y), walkway(x, y), lava(x, y) - 12) > 6
      ? faded(pick(sandShades, 0), 0.4)
      : undefined,
  );
  railsOn(picture);
  for (const [x, y, radius] of [
    [645, 156, 92],
    [730, 168, 80],
    [556, 420, 86],
    [650, 424, 86],
    [730, 402, 80],
    [512, 166, 84],
  ] as const)
    lit(picture, x, y, radius, hex("ff6a1a"), 0.42);
  for (const [x, y] of [
    [240, 214],
    [240, 342],
    [112, 214],
    [112, 342],
  ] as const)
    lit(picture, x, y, 58, hex("ffa040"), 0.4);
  vignette(picture, hex("1c0c12"), 64);
  return picture;
}

/** Right World: a foundry in a red canyon, fire under its feet. */
export const rightWorld: WorldArt = {
  key: "right_world",
  backdrop: "#1c0c12",
  accent: "#ff7a3c",
  painting,
  isWalkable: (x, y) => floor(x, y) < 0 && lava(x, y) > 3,
  props: () => [
    { name: "furnace", picture: furnace(), solid: ["....", "....", "....", "####", "####"] },
    { name: "anvil", picture: anvil(), solid: ["##"] },
    { name: "pipes", picture: pipes(), solid: [".", "#"] },
    { name: "gears", picture: gears(), solid: ["..", "##"] },
    { name: "cart", picture: cart(), solid: ["..", "##"] },
    { name: "ore", picture: oreHeap(), solid: ["##"] },
    { name: "toolbox", picture: toolbox(), solid: ["#"] },
    { name: "cactus", picture: cactus(), solid: ["#"] },
    { name: "cactus-tall", picture: tallCactus(), solid: ["..", "..", "##"] },
    { name: "bones", picture: bones() },
    { name: "torch", picture: torch(), solid: [".", "#"] },
    { name: "signpost", picture: sparkSign(), solid: ["#"] },
  ],
};
