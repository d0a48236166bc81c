/** A compiled world map: what `tools/worlds` makes of a Tiled map, and what server and client play on. */
export interface WorldMap {
  readonly v: 1;
  readonly key: string;
  readonly name: string;
  /** Size in tiles, and the side of a tile in world units. */
  readonly w: number;
  readonly h: number;
  readonly tile: number;
  /** Row by row, `w × h` global tile ids; 0 is nothing; the top three bits flip as in Tiled. */
  readonly layers: { readonly ground: number[]; readonly deco: number[]; readonly above: number[] };
  /** Base64 of a bit set, tile `row × w + column`, least significant bit first. */
  readonly solid: string;
  readonly spawns: Readonly<Record<string, MapSpawn>>;
  readonly portals: Readonly<Record<string, MapPortal>>;
  readonly npcs: readonly MapNpc[];
  readonly zones: readonly {
    name: string;
    kind: string;
    value: string;
    x: number;
    y: number;
    w: number;
    h: number;
  }[];
  readonly signs: readonly { text: string; x: number; y: number }[];
  readonly tilesets: readonly { image: string; firstgid: number; columns: number; count: number }[];
  /** Colours of the place, `#rrggbb`, for backdrop and interface. */
  readonly theme: { readonly backdrop: string; readonly accent: string };
}

export interface MapSpawn {
  readonly x: number;
  readonly y: number;
  readonly facing: number;
}

/** A portal's centre and size, and where it leads. Every portal is also a spawn under its own name. */
export interface MapPortal {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly target: string;
  readonly spawn: string;
  readonly label: string;
  readonly color: string;
}

/** Walks `origin + (cos t · rx, sin 1.7t · ry)`, `t = speed · seconds + phase`. */
export interface MapNpc {
  readonly id: string;
  readonly name: string;
  readonly sprite: string;
  readonly x: number;
  readonly y: number;
  readonly rx: number;
  readonly ry: number;
  readonly speed: number;
  readonly phase: number;
  readonly dialog: string;
}
