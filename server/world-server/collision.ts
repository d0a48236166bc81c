import type { Ground } from "#shared/step-player.ts";
import type { WorldMap } from "#shared/world-map.ts";

/** The ground of a compiled map: its bit set of solid tiles. Outside the map everything is solid. */
export function groundOf(map: Pick<WorldMap, "w" | "h" | "tile" | "solid">): Ground {
  const bits = Buffer.from(map.solid, "base64");
  return {
    tile: map.tile,
    isSolid(column, row) {
      if (column < 0 || row < 0 || column >= map.w || row >= map.h) return true;
      const index = row * map.w + column;
      return ((bits[index >> 3] ?? 0xff) & (1 << (index & 7))) !== 0;
    },
  };
}
