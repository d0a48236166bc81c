import { Container, Sprite, type Texture } from "pixi.js";
import type { WorldMap } from "#shared/world-map.ts";
import { sketch, type Art } from "./art.ts";
import { tileOf, type TileRef } from "./tile-of.ts";

/** Tiles of a layer are drawn once into squares of this many tiles a side. */
const chunkTiles = 16;
/** One tile layer as a few large pictures. */
export function tileLayer(map: WorldMap, gids: readonly number[], art: Art): Container {
  const layer = new Container();
  for (let row = 0; row < map.h; row += chunkTiles)
    for (let column = 0; column < map.w; column += chunkTiles) {
      const texture = chunk(map, gids, art, column, row);
      if (texture === undefined) continue;
      const sprite = new Sprite(texture);
      sprite.position.set(column * map.tile, row * map.tile);
      layer.addChild(sprite);
    }
  return layer;
}

function chunk(
  map: WorldMap,
  gids: readonly number[],
  art: Art,
  left: number,
  top: number,
): Texture | undefined {
  const columns = Math.min(chunkTiles, map.w - left);
  const rows = Math.min(chunkTiles, map.h - top);
  const { canvas, context } = sketch(columns * map.tile, rows * map.tile);
  let isEmpty = true;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const tile = tileOf(gids[(top + row) * map.w + left + column] ?? 0, map.tilesets);
      const picture = tile && art.picture(tile.image);
      if (tile === undefined || picture === undefined) continue;
      isEmpty = false;
      drawTile(context, picture, tile, column * map.tile, row * map.tile, map.tile);
    }
  return isEmpty ? undefined : art.texture(canvas);
}

function drawTile(
  context: CanvasRenderingContext2D,
  picture: ImageBitmap,
  tile: TileRef,
  x: number,
  y: number,
  size: number,
): void {
  context.save();
  context.translate(x + size / 2, y + size / 2);
  // As in Tiled: turning swaps the axes first, then the flips apply.
  context.scale(tile.isFlippedAcross ? -1 : 1, tile.isFlippedDown ? -1 : 1);
  if (tile.isTurned) context.transform(0, 1, 1, 0, 0, 0);
  context.drawImage(
    picture,
    tile.column * size,
    tile.row * size,
    size,
    size,
    -size / 2,
    -size / 2,
    size,
    size,
  );
  context.restore();
}
