import { Container, Sprite, type Texture } from "pixi.js";
import { sketch, type Art } from "./art.ts";
import type { Camera, Screen } from "./camera.ts";

const side = 256;
const stars = 46;

/** What lies beyond a world's edge: its own dark, with a few lights that move less than the ground. */
export class Backdrop extends Container {
  readonly #texture: Texture;

  constructor(color: string, accent: string, art: Art) {
    super();
    this.#texture = art.texture(night(color, accent));
  }

  update(camera: Camera, screen: Screen): void {
    const size = side * camera.zoom;
    const columns = Math.ceil(screen.w / size) + 1;
    const rows = Math.ceil(screen.h / size) + 1;
    while (this.children.length < columns * rows) this.addChild(new Sprite(this.#texture));
    const drift = (value: number): number =>
      -(((Math.round(value * 0.4) % side) + side) % side) * camera.zoom;
    for (const [i, tile] of this.children.entries()) {
      tile.visible = i < columns * rows;
      tile.scale.set(camera.zoom);
      tile.position.set(
        drift(camera.x) + (i % columns) * size,
        drift(camera.y) + Math.floor(i / columns) * size,
      );
    }
  }
}

function night(color: string, accent: string): HTMLCanvasElement {
  const { canvas, context } = sketch(side, side);
  context.fillStyle = color;
  context.fillRect(0, 0, side, side);
  // The same few stars in every world: drawn from a fixed sequence.
  let seed = 11;
  const next = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let i = 0; i < stars; i++) {
    context.globalAlpha = 0.15 + next() * 0.5;
    context.fillStyle = next() < 0.35 ? accent : "#ffffff";
    const size = next() < 0.2 ? 2 : 1;
    context.fillRect(Math.floor(next() * side), Math.floor(next() * side), size, size);
  }
  context.globalAlpha = 1;
  return canvas;
}
