import { crc32 } from "node:zlib";
import { zlibSync } from "fflate";
import { PNG } from "pngjs";
import { alpha, blue, green, red, rgba } from "./color.ts";
import { Picture } from "./picture.ts";

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * A picture as PNG whose bytes depend on its pixels alone. The compressor is in JavaScript because those
 * built into Node give other bytes on other processors.
 */
export function encodePng(picture: Picture): Uint8Array {
  const { width, height } = picture;
  const stride = width * 4 + 1;
  const raw = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const color = picture.get(x, y);
      raw.set([red(color), green(color), blue(color), alpha(color)], y * stride + 1 + x * 4);
    }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 6], 8);
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("IDAT", zlibSync(raw, { level: 9 })),
    chunk("IEND", new Uint8Array()),
  ]);
}

export function decodePng(bytes: Uint8Array): Picture {
  const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
  return new Picture(width, height).paint((x, y) => {
    const at = (y * width + x) * 4;
    return rgba(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0, data[at + 3] ?? 0);
  });
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const framed = Buffer.alloc(typed.length + 8);
  framed.writeUInt32BE(body.length, 0);
  framed.set(typed, 4);
  framed.writeUInt32BE(crc32(typed), typed.length + 4);
  return framed;
}
