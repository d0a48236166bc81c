import type { WorldMap } from "#shared/world-map.ts";

const flips = { across: 0x80000000, down: 0x40000000, turned: 0x20000000 } as const;

export interface TileRef {
  readonly image: string;
  readonly column: number;
  readonly row: number;
  readonly isFlippedAcross: boolean;
  readonly isFlippedDown: boolean;
  readonly isTurned: boolean;
}

/** Where a global tile id's picture lies; `undefined` for nothing and for ids of no tileset. */
export function tileOf(gid: number, tilesets: WorldMap["tilesets"]): TileRef | undefined {
  const index = gid & 0x1fffffff;
  if (index === 0) return undefined;
  const set = tilesets
    .filter((candidate) => candidate.firstgid <= index)
    .reduce<WorldMap["tilesets"][number] | undefined>(
      (a, b) => (a && a.firstgid > b.firstgid ? a : b),
      undefined,
    );
  if (set === undefined || index - set.firstgid >= set.count) return undefined;
  const place = index - set.firstgid;
  return {
    image: set.image,
    column: place % set.columns,
    row: Math.floor(place / set.columns),
    isFlippedAcross: (gid & flips.across) !== 0,
    isFlippedDown: (gid & flips.down) !== 0,
    isTurned: (gid & flips.turned) !== 0,
  };
}
