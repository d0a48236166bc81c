import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { readJson, shaped } from "./parse.ts";
import { complainAbout } from "./problem.ts";
import type { Problem } from "./problem.ts";
import { tileSide } from "./tiled-map.ts";

const zero = z.literal(0, { error: "must be 0" }).default(0);
const tilesetShape = z.object({
  type: z.literal("tileset"),
  image: z
    .string({ error: "must be one image" })
    .regex(/^[a-z0-9_-]+\.png$/, "must be a .png beside the tileset"),
  tilewidth: z.literal(tileSide, { error: `must be ${tileSide}` }),
  tileheight: z.literal(tileSide, { error: `must be ${tileSide}` }),
  columns: z.int().min(1),
  tilecount: z.int().min(1),
  margin: zero,
  spacing: zero,
  tiles: z
    .array(
      z.object({
        id: z.int(),
        properties: z.array(z.object({ name: z.string(), value: z.unknown() })).default([]),
      }),
    )
    .default([]),
});

export interface Tileset {
  /** The image's path on this machine, and in the pack. */
  readonly path: string;
  readonly image: string;
  readonly columns: number;
  readonly count: number;
  readonly solid: ReadonlySet<number>;
}

/** Reads a `.tsj` and checks that its picture has the size it claims. */
export function readTileset(path: string, shownAs: string, problems: Problem[]): Tileset | undefined {
  const complain = complainAbout(shownAs, problems);
  const json = readJson(path, complain);
  const parsed = json === undefined ? undefined : shaped(tilesetShape, json, complain);
  if (!parsed) return undefined;
  const image = join(dirname(path), parsed.image);
  const size = pngSize(image);
  if (!size) complain(`image "${parsed.image}" is missing or not a PNG`);
  else if (
    size.width !== parsed.columns * tileSide ||
    size.height < Math.ceil(parsed.tilecount / parsed.columns) * tileSide
  )
    complain(
      `image "${parsed.image}" is ${size.width} × ${size.height}: too few pixels for ${parsed.tilecount} tiles in ${parsed.columns} columns`,
    );
  const isSolid = (tile: (typeof parsed.tiles)[number]): boolean =>
    tile.properties.some(({ name, value }) => name === "solid" && value === true);
  const solid = new Set(parsed.tiles.filter(isSolid).map(({ id }) => id));
  return {
    path: image,
    image: `tiles/${basename(parsed.image)}`,
    columns: parsed.columns,
    count: parsed.tilecount,
    solid,
  };
}

/** Width and height from a PNG's first chunk. */
export function pngSize(path: string): { width: number; height: number } | undefined {
  let bytes;
  try {
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  if (bytes.length < 24 || bytes.toString("latin1", 1, 4) !== "PNG") return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}
