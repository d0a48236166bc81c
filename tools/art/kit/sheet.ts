import { Picture } from "./picture.ts";

export const side = 32;
const columns = 16;

/** A prop of whole tiles. In `solid`, one string a row, `#` marks the tiles that block. */
export interface Prop {
  readonly name: string;
  readonly picture: Picture;
  readonly solid?: readonly string[] | undefined;
}

/** Where a prop lies in its sheet, in tiles. */
export interface Slot extends Prop {
  readonly column: number;
  readonly row: number;
  readonly width: number;
  readonly height: number;
}

/** Packs props into a sheet of 16 columns, in rows as high as their highest. Appending moves none of those before. */
export function layOut(props: readonly Prop[]): readonly Slot[] {
  const slots: Slot[] = [];
  let column = 0;
  let row = 0;
  let high = 0;
  for (const prop of props) {
    const width = prop.picture.width / side;
    const height = prop.picture.height / side;
    if (column + width > columns) {
      row += high;
      column = 0;
      high = 0;
    }
    slots.push({ ...prop, column, row, width, height });
    column += width;
    high = Math.max(high, height);
  }
  return slots;
}

export function sheetPicture(slots: readonly Slot[]): Picture {
  const rows = Math.max(...slots.map(({ row, height }) => row + height));
  const sheet = new Picture(columns * side, rows * side);
  for (const { picture, column, row } of slots) sheet.draw(picture, column * side, row * side);
  return sheet;
}

/** The `.tsj` of props: solid tiles and, for whoever paints in Tiled, which prop a tile begins. */
export function propTileset(name: string, slots: readonly Slot[]): object {
  const picture = sheetPicture(slots);
  const tiles = slots.flatMap((slot) => slot.solid?.flatMap((line, y) => solidTiles(slot, line, y)) ?? []);
  return tileset(
    name,
    picture,
    columns,
    tiles.sort((a, b) => a.id - b.id),
  );
}

/** The `.tsj` of a painting cut into tiles, row by row. */
export const paintingTileset = (name: string, picture: Picture): object =>
  tileset(name, picture, picture.width / side, []);

interface Tile {
  readonly id: number;
}

function solidTiles({ column, row }: Slot, line: string, y: number): Tile[] {
  const marked = line.split("").flatMap((mark, x) => (mark === "#" ? [x] : []));
  return marked.map((x) => ({
    id: (row + y) * columns + column + x,
    properties: [{ name: "solid", type: "bool", value: true }],
  }));
}

function tileset(name: string, picture: Picture, columns: number, tiles: readonly Tile[]): object {
  return {
    columns,
    image: `${name}.png`,
    imageheight: picture.height,
    imagewidth: picture.width,
    margin: 0,
    name,
    spacing: 0,
    tilecount: (picture.width / side) * (picture.height / side),
    tiledversion: "1.11.2",
    tileheight: side,
    tiles,
    tilewidth: side,
    type: "tileset",
    version: "1.10",
  };
}
