import type { Frame, LoadedWorld } from "../app/view.ts";
import type { Covered } from "./camera.ts";

/** What draws the worlds. Everything given to it is plain data, so it can be exchanged and left out in tests. */
export interface Renderer {
  readonly kind: "webgl" | "canvas";
  /** 0 draws everything; each level above leaves something out to stay fluent. */
  readonly quality: number;
  /** Makes a world's pictures ready; from then on frames are drawn in it, the one before fading away. */
  show(world: LoadedWorld): Promise<void>;
  /** Draws one frame. Does nothing before the first world is ready. */
  draw(frame: Frame, moment: Moment): void;
  /** World units under a point of the page. */
  toWorld(clientX: number, clientY: number): { x: number; y: number };
  dispose(): void;
}

/** What a frame needs to know besides the world: the clock and how the player plays. */
export interface Moment {
  /** Milliseconds, `performance.now()`. */
  readonly now: number;
  /** Shown over a portal in reach, such as "[SPACE]". */
  readonly useHint: string;
  /** Appended to guests' labels. */
  readonly guestTag: string;
  readonly isCalm: boolean;
  /** What panels hide of each side, in page pixels. */
  readonly covered: Covered;
}

export interface RendererOptions {
  readonly canvas: HTMLCanvasElement;
  readonly wanted: "webgl" | "canvas" | undefined;
}
