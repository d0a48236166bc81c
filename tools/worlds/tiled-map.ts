import { z } from "zod";
import { readJson, shaped } from "./parse.ts";
import { complainAbout } from "./problem.ts";
import type { Complain, Problem } from "./problem.ts";

export const tileSide = 32;
export const drawnLayers = ["ground", "deco", "above"] as const;
const tileLayerNames: readonly string[] = [...drawnLayers, "collision"];

const absent = (what: string) => z.undefined({ error: `${what} is not supported` }).optional();
const plain = {
  name: z.string(),
  offsetx: z.literal(0, { error: "must be 0" }).default(0),
  offsety: z.literal(0, { error: "must be 0" }).default(0),
  opacity: z.literal(1, { error: "must be 1" }).default(1),
  tintcolor: absent("a tint"),
};
const property = z.object({ name: z.string(), value: z.unknown() });
const properties = z.array(property).default([]);

const mapShape = z.object({
  type: z.literal("map"),
  orientation: z.literal("orthogonal", { error: 'must be "orthogonal"' }),
  renderorder: z.literal("right-down", { error: 'must be "right-down"' }).default("right-down"),
  infinite: z.literal(false, { error: "must be false: a map has a fixed size" }).default(false),
  width: z.int().min(1).max(1024),
  height: z.int().min(1).max(1024),
  tilewidth: z.literal(tileSide, { error: `must be ${tileSide}` }),
  tileheight: z.literal(tileSide, { error: `must be ${tileSide}` }),
  tilesets: z
    .array(
      z.object({ firstgid: z.int().min(1), source: z.string({ error: "must name an external .tsj file" }) }),
    )
    .min(1),
  layers: z.array(z.looseObject({ type: z.string(), name: z.string() })),
  properties,
});

const tileLayer = z.object({
  ...plain,
  width: z.int(),
  height: z.int(),
  data: z.array(
    z
      .int()
      .min(0)
      .max(2 ** 32 - 1),
    { error: "must be a plain array: set the tile layer format to CSV" },
  ),
  compression: z.literal("", { error: "must be none" }).optional(),
});

const objectLayer = z.object({ ...plain, objects: z.array(z.looseObject({})) });

const mapObject = z.object({
  id: z.int(),
  name: z.string().default(""),
  // Tiled 1.9 wrote the class as `class`, later ones as `type`.
  type: z.string().optional(),
  class: z.string().optional(),
  x: z.number(),
  y: z.number(),
  width: z.number().default(0),
  height: z.number().default(0),
  rotation: z.literal(0, { error: "must be 0" }).default(0),
  point: z.boolean().default(false),
  ellipse: absent("an ellipse"),
  polygon: absent("a polygon"),
  polyline: absent("a line"),
  text: absent("a text object"),
  gid: absent("a tile object"),
  template: absent("a template"),
  properties,
});

/** An object of a map, with the layer it lies in and the name it goes by in messages. */
export interface TiledObject {
  readonly layer: string;
  readonly shownAs: string;
  readonly name: string;
  readonly class: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly isPoint: boolean;
  readonly properties: ReadonlyMap<string, unknown>;
}

/** A map within the subset of Tiled that worlds may use. */
export interface TiledMap {
  readonly width: number;
  readonly height: number;
  readonly tilesets: readonly { readonly firstgid: number; readonly source: string }[];
  readonly tiles: ReadonlyMap<string, readonly number[]>;
  readonly objects: readonly TiledObject[];
  readonly properties: ReadonlyMap<string, unknown>;
}

/** Reads a `.tmj`; whatever lies outside the subset becomes a problem naming layer and object. */
export function readMap(path: string, shownAs: string, problems: Problem[]): TiledMap | undefined {
  const complain = complainAbout(shownAs, problems);
  const json = readJson(path, complain);
  const map = json === undefined ? undefined : shaped(mapShape, json, complain);
  if (!map) return undefined;
  const tiles = new Map<string, readonly number[]>();
  const objects: TiledObject[] = [];
  for (const layer of map.layers) {
    if (layer.type === "tilelayer") readTiles(layer, map, tiles, complain);
    else if (layer.type === "objectgroup") objects.push(...readObjects(layer, complain));
    else complain(`a layer of type "${layer.type}" is not supported`, { layer: layer.name });
  }
  if (!tiles.has("ground")) complain('has no tile layer "ground"');
  return {
    width: map.width,
    height: map.height,
    tilesets: map.tilesets,
    tiles,
    objects,
    properties: byName(map.properties),
  };
}

type AnyLayer = z.infer<typeof mapShape>["layers"][number];
type Size = { readonly width: number; readonly height: number };

function readTiles(
  raw: AnyLayer,
  size: Size,
  tiles: Map<string, readonly number[]>,
  complain: Complain,
): void {
  const here = { layer: raw.name };
  if (!tileLayerNames.includes(raw.name))
    return complain(`unknown tile layer; there are ${tileLayerNames.join(", ")}`, here);
  if (tiles.has(raw.name)) return complain("there are two layers of this name", here);
  const layer = shaped(tileLayer, raw, (says) => complain(says, here));
  if (!layer) return;
  if (layer.data.length !== size.width * size.height)
    return complain(`holds ${layer.data.length} tiles, the map ${size.width} × ${size.height}`, here);
  tiles.set(layer.name, layer.data);
}

function readObjects(raw: AnyLayer, complain: Complain): TiledObject[] {
  const layer = shaped(objectLayer, raw, (says) => complain(says, { layer: raw.name }));
  const objects = [];
  for (const rawObject of layer?.objects ?? []) {
    const name = typeof rawObject["name"] === "string" ? rawObject["name"] : "";
    const shownAs = name || `#${String(rawObject["id"])}`;
    const object = shaped(mapObject, rawObject, (says) =>
      complain(says, { layer: raw.name, object: shownAs }),
    );
    if (!object) continue;
    const { x, y, width, height, point } = object;
    objects.push({
      layer: raw.name,
      shownAs,
      name,
      x,
      y,
      width,
      height,
      isPoint: point,
      class: object.type || object.class || "",
      properties: byName(object.properties),
    });
  }
  return objects;
}

const byName = (list: readonly { name: string; value?: unknown }[]): ReadonlyMap<string, unknown> =>
  new Map(list.map(({ name, value }) => [name, value]));
