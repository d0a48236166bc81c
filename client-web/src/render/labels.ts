import { Texture } from "pixi.js";
import { sketch, textureOf } from "./art.ts";

export interface LabelStyle {
  readonly color: string;
  /** Height of the letters in device pixels. */
  readonly size: number;
  /** A filled plate behind the text instead of an outline. */
  readonly plate?: string;
}

const kept = 512;
const outline = "#0c0918";
/** Marks that would let one name turn the text around it. */
const direction = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Texts as pictures, each drawn once and kept until 512 newer ones were wanted. */
export class Labels {
  readonly #textures = new Map<string, Texture>();

  has(text: string, style: LabelStyle): boolean {
    return this.#textures.has(keyOf(text, style));
  }

  get(text: string, style: LabelStyle): Texture {
    const key = keyOf(text, style);
    const known = this.#textures.get(key);
    const texture = known ?? textureOf(drawLabel(text.replace(direction, ""), style));
    this.#textures.delete(key);
    this.#textures.set(key, texture);
    if (this.#textures.size > kept) this.#dropOldest();
    return texture;
  }

  clear(): void {
    for (const texture of this.#textures.values()) texture.destroy(true);
    this.#textures.clear();
  }

  #dropOldest(): void {
    const [key, texture] = this.#textures.entries().next().value ?? [];
    if (key === undefined) return;
    this.#textures.delete(key);
    texture?.destroy(true);
  }
}

const keyOf = (text: string, { size, color, plate = "" }: LabelStyle): string =>
  `${size}|${color}|${plate}|${text}`;

function drawLabel(text: string, style: LabelStyle): HTMLCanvasElement {
  const font = `${style.size}px "Pixelify Sans", "Noto Sans", sans-serif`;
  const lines = text.split("\n");
  const probe = sketch(1, 1).context;
  probe.font = font;
  probe.wordSpacing = wordGap(style);
  const edge = Math.max(2, Math.round(style.size / 7));
  const pad = style.plate === undefined ? edge : edge * 2;
  const width = Math.max(...lines.map((line) => probe.measureText(line).width));
  const lineHeight = style.size * 1.25;
  const { canvas, context } = sketch(width + 2 * pad, lines.length * lineHeight + 2 * edge);
  context.font = font;
  context.wordSpacing = wordGap(style);
  context.textBaseline = "middle";
  context.textAlign = "center";
  context.lineJoin = "round";
  if (style.plate !== undefined) drawPlate(context, style.plate, edge);
  context.strokeStyle = outline;
  context.lineWidth = edge * 2;
  context.fillStyle = style.color;
  for (const [i, line] of lines.entries()) {
    const y = edge + (i + 0.5) * lineHeight;
    if (style.plate === undefined) context.strokeText(line, canvas.width / 2, y);
    context.fillText(line, canvas.width / 2, y);
  }
  return canvas;
}

/** The font's own space is so narrow that two words read as one. */
const wordGap = ({ size }: LabelStyle): string => `${Math.round(size / 5)}px`;

/** A box without its corner pixels. */
function drawPlate(context: CanvasRenderingContext2D, color: string, edge: number): void {
  const { width, height } = context.canvas;
  context.fillStyle = color;
  context.fillRect(edge, 0, width - 2 * edge, height);
  context.fillRect(0, edge, width, height - 2 * edge);
}
