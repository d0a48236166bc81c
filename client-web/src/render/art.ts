import { CanvasSource, ImageSource, Rectangle, Texture, type TextureSource } from "pixi.js";
import type { LoadedWorld } from "../app/view.ts";

export type Bitmap = ImageBitmap | HTMLCanvasElement;

/** The pictures of one world, decoded, and every texture made for it: gone together when the world is left. */
export class Art {
  readonly #pictures: ReadonlyMap<string, ImageBitmap>;
  readonly #sources: TextureSource[] = [];

  private constructor(pictures: ReadonlyMap<string, ImageBitmap>) {
    this.#pictures = pictures;
  }

  /** A broken picture is simply not there: the world stays playable, and its author sees what is missing. */
  static async of(world: LoadedWorld): Promise<Art> {
    const pictures = new Map<string, ImageBitmap>();
    const wanted = [...world.files].filter(([path]) => path.endsWith(".png"));
    await Promise.all(
      wanted.map(async ([path, bytes]) => {
        const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/png" });
        const picture = await createImageBitmap(blob).catch(() => undefined);
        if (picture) pictures.set(path, picture);
      }),
    );
    return new Art(pictures);
  }

  get paths(): readonly string[] {
    return [...this.#pictures.keys()];
  }

  picture(path: string): ImageBitmap | undefined {
    return this.#pictures.get(path);
  }

  texture(bitmap: Bitmap): Texture {
    const texture = textureOf(bitmap);
    this.#sources.push(texture.source);
    return texture;
  }

  /** Cuts a picture into frames of one size, row by row. */
  frames(bitmap: Bitmap, w: number, h: number): Texture[] {
    const { source } = this.texture(bitmap);
    const frames: Texture[] = [];
    for (let y = 0; y + h <= bitmap.height; y += h)
      for (let x = 0; x + w <= bitmap.width; x += w)
        frames.push(new Texture({ source, frame: new Rectangle(x, y, w, h) }));
    return frames;
  }

  dispose(): void {
    for (const source of this.#sources) source.destroy();
    for (const picture of this.#pictures.values()) picture.close();
  }
}

export function textureOf(bitmap: Bitmap): Texture {
  const options = { scaleMode: "nearest", resolution: 1, autoGenerateMipmaps: false } as const;
  const source =
    bitmap instanceof HTMLCanvasElement
      ? new CanvasSource({ resource: bitmap, ...options })
      : new ImageSource({ resource: bitmap, ...options });
  return new Texture({ source });
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
