import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { WorldMap } from "#shared/world-map.ts";
import { compileWorlds } from "#tools/worlds/build.ts";
import type { CompiledWorld } from "#tools/worlds/compile.ts";
import { findPicture } from "#tools/worlds/discover.ts";
import { frameHeight, frameWidth } from "./figures/character.ts";
import { alpha, blue, green, hex, red, rgba } from "./kit/color.ts";
import type { Color } from "./kit/color.ts";
import { Picture } from "./kit/picture.ts";
import { decodePng, encodePng } from "./kit/png.ts";
import { side } from "./kit/sheet.ts";

/** `node tools/art/preview.ts [--times 2] [key…]`: what each world looks like, as `builds/preview/<key>.png`. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const args = process.argv.slice(2);
const times = args[0] === "--times" ? Number(args.splice(0, 2)[1]) : 1;
const out = join(root, "builds", "preview");
mkdirSync(out, { recursive: true });
for (const world of compileWorlds(join(root, "worlds"))) {
  if (args.length > 0 && !args.includes(world.key)) continue;
  const path = resolve(out, `${world.key}.png`);
  writeFileSync(path, encodePng(preview(world).enlarged(times)));
  console.log(path);
}

function preview(world: CompiledWorld): Picture {
  const { map } = world;
  const picture = new Picture(map.w * side, map.h * side).paint(() => hex(map.theme.backdrop.slice(1)));
  const sheets = world.tilesets.map(({ path }) => decodePng(readFileSync(path)));
  tiles(picture, map, map.layers.ground, sheets);
  tiles(picture, map, map.layers.deco, sheets);
  for (const { draw } of standing(world).sort((a, b) => a.y - b.y)) draw(picture);
  tiles(picture, map, map.layers.above, sheets);
  return picture;
}

function tiles(picture: Picture, map: WorldMap, layer: readonly number[], sheets: readonly Picture[]): void {
  for (const [index, gid] of layer.entries()) {
    const id = gid & 0x1fffffff;
    const at = map.tilesets.findLastIndex(({ firstgid }) => firstgid <= id);
    const set = map.tilesets[at];
    if (id === 0 || !set) continue;
    const local = id - set.firstgid;
    const tile = sheets[at]?.cut(
      (local % set.columns) * side,
      Math.floor(local / set.columns) * side,
      side,
      side,
    );
    if (tile) picture.draw(turned(tile, gid), (index % map.w) * side, Math.floor(index / map.w) * side);
  }
}

/** As Tiled flips: the diagonal first, then across, then down. */
function turned(tile: Picture, gid: number): Picture {
  const [across, down, diagonal] = [gid >>> 31, (gid >>> 30) & 1, (gid >>> 29) & 1];
  if (!across && !down && !diagonal) return tile;
  return new Picture(side, side).paint((x, y) => {
    const fx = across ? side - 1 - x : x;
    const fy = down ? side - 1 - y : y;
    return diagonal ? tile.get(fy, fx) : tile.get(fx, fy);
  });
}

interface Standing {
  readonly y: number;
  readonly draw: (picture: Picture) => void;
}

function standing({ dir, map }: CompiledWorld): Standing[] {
  const sprite = (name: string): Picture =>
    decodePng(readFileSync(findPicture(dir, `sprites/${name}.png`) ?? ""));
  const person = (name: string, x: number, y: number): Standing => ({
    y,
    draw: (picture) =>
      picture.draw(sprite(name).cut(0, 0, frameWidth, frameHeight), Math.round(x) - 16, Math.round(y) - 32),
  });
  const gates = Object.values(map.portals).map(({ x, y, color }, index) => ({
    y: y - 8,
    draw: (picture: Picture) =>
      picture
        .draw(sprite("portal"), x - 48, y - 96)
        .draw(tinted(sprite("portal-glow").cut(index * 96, 0, 96, 112), hex(color.slice(1))), x - 48, y - 96),
  }));
  const start = map.spawns["default"];
  const self = start ? [person("player", start.x, start.y)] : [];
  return [...gates, ...self, ...map.npcs.map(({ sprite, x, y, rx }) => person(sprite, x + rx * 0.6, y))];
}

function tinted(light: Picture, color: Color): Picture {
  return new Picture(light.width, light.height).paint((x, y) => {
    const pixel = light.get(x, y);
    const share = (part: (color: Color) => number): number => (part(pixel) * part(color)) / 255;
    return rgba(share(red), share(green), share(blue), alpha(pixel));
  });
}
