import { Container, Sprite, type Texture } from "pixi.js";
import type { Frame, Sprite as Being } from "../app/view.ts";
import { sketch, type Art } from "./art.ts";
import { FrameBudget, nearestFirst } from "./frame-budget.ts";

/** A body's centre within a frame of a character's picture; see worlds/README.md. */
const frame = { w: 32, h: 48, x: 16, y: 32 } as const;
const columns = 3;
const stride = [1, 0, 2, 0] as const;
const stepsPerSecond = 8;
const guestAlpha = 0.45;
/** The own body stays easier to find than the others. */
const ownGuestAlpha = 0.7;
const spawn = { ms: 2, count: 32 } as const;

/** World units on screen, a little enlarged. */
export interface Seen {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const isSeen = (being: { x: number; y: number }, seen: Seen): boolean =>
  being.x > seen.left && being.x < seen.right && being.y > seen.top && being.y < seen.bottom;

/** Players and characters: one sprite each, kept while they are there. */
export class Actors {
  readonly #sheets = new Map<string, readonly Texture[]>();
  readonly #sprites = new Map<number, Sprite>();
  readonly #layer: Container;
  readonly #mark: Sprite;
  readonly #budget = new FrameBudget(spawn.ms, spawn.count);

  constructor(art: Art, layer: Container, ground: Container) {
    this.#layer = layer;
    for (const path of art.paths) {
      const name = /^sprites\/(.+)\.png$/.exec(path)?.[1];
      const picture = art.picture(path);
      if (name !== undefined && picture?.width === frame.w * columns)
        this.#sheets.set(name, art.frames(picture, frame.w, frame.h));
    }
    this.#mark = ground.addChild(new Sprite(art.texture(ring())));
    this.#mark.anchor.set(0.5);
  }

  has(id: number): boolean {
    return this.#sprites.has(id);
  }

  update(frameNow: Frame, now: number, seen: Seen): void {
    const present = new Set<number>();
    const beings = frameNow.self ? [...frameNow.others, frameNow.self] : frameNow.others;
    this.#spawn(beings, frameNow.self);
    for (const being of beings) {
      const alpha = being === frameNow.self ? ownGuestAlpha : guestAlpha;
      present.add(being.id);
      this.#place(being, now, isSeen(being, seen), being.guest ? alpha : 1);
    }
    for (const [id, sprite] of this.#sprites)
      if (!present.has(id)) {
        sprite.destroy();
        this.#sprites.delete(id);
      }
    this.#mark.visible = frameNow.self !== undefined;
    if (frameNow.self) this.#mark.position.set(frameNow.self.x, frameNow.self.y + 12);
  }

  #place(being: Being, now: number, isVisible: boolean, alpha: number): void {
    const sprite = this.#sprites.get(being.id);
    if (!sprite) return;
    sprite.visible = isVisible;
    if (!isVisible) return;
    const sheet = this.#sheets.get(being.sprite) ?? this.#sheets.get("player");
    const beat = Math.floor((now / 1000) * stepsPerSecond + being.id) % stride.length;
    const column = being.isMoving ? (stride[beat] ?? 0) : 0;
    const texture = sheet?.[being.facing * columns + column];
    if (texture && sprite.texture !== texture) sprite.texture = texture;
    sprite.position.set(being.x - frame.x, being.y - frame.y);
    sprite.zIndex = being.y;
    sprite.alpha = alpha;
  }

  #spawn(beings: readonly Being[], self: Being | undefined): void {
    const newcomers = beings.filter(({ id }) => !this.#sprites.has(id));
    if (newcomers.length === 0) return;
    this.#budget.begin();
    for (const { id } of nearestFirst(newcomers, self)) {
      if (!this.#budget.take()) return;
      this.#sprites.set(id, this.#layer.addChild(new Sprite()));
    }
  }
}

/** The mark under the own feet: a flat ring, so that one finds oneself in a crowd. */
function ring(): HTMLCanvasElement {
  const { canvas, context } = sketch(30, 14);
  for (const [color, grow] of [
    ["#0c0918aa", 1],
    ["#ffd166", 0],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = 2;
    context.beginPath();
    context.ellipse(15, 7 + grow, 12, 4.5, 0, 0, Math.PI * 2);
    context.stroke();
  }
  return canvas;
}
