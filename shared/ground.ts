import type { Ground } from "./step-player.ts";
import type { WorldMap } from "./world-map.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** What a compiled map lets bodies walk on. The same for the world's authority and the client's prediction. */
export function groundOf(map: Pick<WorldMap, "w" | "h" | "tile" | "solid">): Ground {
  const { w, h, tile } = map;
  const bits = bitsOf(map.solid);
  return {
    tile,
    isSolid(column, row) {
      if (column < 0 || row < 0 || column >= w || row >= h) return true;
      const at = row * w + column;
      return (((bits[at >> 3] ?? 0) >> (at & 7)) & 1) === 1;
    },
  };
}

/** Base64 to bytes, by hand because pure code has no host functions. */
function bitsOf(base64: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((base64.length * 3) / 4));
  let buffer = 0;
  let held = 0;
  let length = 0;
  for (const letter of base64) {
    const value = alphabet.indexOf(letter);
    if (value < 0) break;
    buffer = ((buffer << 6) | value) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[length++] = (buffer >> held) & 0xff;
  }
  return bytes.subarray(0, length);
}
