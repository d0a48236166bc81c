import { CanvasSource, ImageSource, Rectangle, Texture } from "pixi.js";
import type { LoadedWorld } from "../app/view.ts";

export type Bitmap = ImageBitmap | HTMLCanvasElement;

/** Decodes every picture of a pack. A broken or missing one is simply not there: the world stays playable. */
export async function decodePictures(world: LoadedWorld): Promise<Map<string, ImageBitmap>> {
  const pictures = new Map<string, ImageBitmap>();
  const wanted = [...world.files].filter(([path]) => path.endsWith(".png"));
  await Promise.all(
    wanted.map(async ([path, bytes]) => {
      try {
        const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/png" });
        pictures.set(path, await createImageBitmap(blob));
      } catch {
        // Drawn as nothing; the pack's checksum was right, so this is the author's to see.
      }
    }),
  );
  return pictures;
}

export function textureOf(bitmap: Bitmap): Texture {
  const options = { scaleMode: "nearest", resolution: 1, autoGenerateMipmaps: false } as const;
  const source =
    bitmap instanceof HTMLCanvasElement
      ? new CanvasSource({ resource: bitmap, ...options })
      : new ImageSource({ resource: bitmap, ...options });
  return new Texture({ source });
}

/** Cuts a sheet into frames of one size, row by row; frames beyond the sheet are left out. */
export function cut(sheet: Texture, w: number, h: number): Texture[] {
  const frames: Texture[] = [];
  for (let y = 0; y + h <= sheet.height; y += h)
    for (let x = 0; x + w <= sheet.width; x += w)
      frames.push(new Texture({ source: sheet.source, frame: new Rectangle(x, y, w, h) }));
  return frames;
}

/** A picture of whites and greys in one colour. Done once, so that both renderers draw it as it is. */
export function tinted(bitmap: Bitmap, color: string): HTMLCanvasElement {
  const { canvas, context } = sketch(bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  context.globalCompositeOperation = "multiply";
  context.fillStyle = color;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.globalCompositeOperation = "destination-in";
  context.drawImage(bitmap, 0, 0);
  return canvas;
}

export function sketch(
  w: number,
  h: number,
): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.ceil(w));
  canvas.height = Math.max(1, Math.ceil(h));
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser has no 2D canvas");
  context.imageSmoothingEnabled = false;
  return { canvas, context };
}
