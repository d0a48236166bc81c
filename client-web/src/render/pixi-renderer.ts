// oxlint-disable-next-line import/no-unassigned-import -- it works by being loaded, before anything else of Pixi
import "pixi.js/unsafe-eval";
import { CanvasRenderer, Container, Graphics, WebGLRenderer, type Renderer as PixiRenderer } from "pixi.js";
import type { Frame, LoadedWorld } from "../app/view.ts";
import type { Covered } from "./camera.ts";
import { Labels } from "./labels.ts";
import { QualityLadder } from "./quality.ts";
import type { Moment, Renderer, RendererOptions } from "./renderer.ts";
import { Scene } from "./scene.ts";

const irisMs = 620;
const sharpest = 2;

/** The wanted renderer, or WebGL on a graphics card and the canvas renderer without one. */
export async function createRenderer({ canvas, wanted }: RendererOptions): Promise<Renderer> {
  await document.fonts.load('16px "Pixelify Sans"').catch(() => []);
  if (wanted === "canvas" || (wanted === undefined && !hasGraphicsCard())) return start("canvas", canvas);
  return start("webgl", canvas).catch(() => start("canvas", canvas));
}

async function start(kind: "webgl" | "canvas", canvas: HTMLCanvasElement): Promise<Renderer> {
  const { w, h } = pixelsOf(canvas, sharpest);
  const pixi = kind === "webgl" ? new WebGLRenderer() : new CanvasRenderer();
  await pixi.init({
    canvas,
    width: w,
    height: h,
    resolution: 1,
    antialias: false,
    background: "#0c0918",
    manageImports: false,
    roundPixels: true,
  });
  return new WorldRenderer(pixi, kind, canvas);
}

/** Draws with PixiJS. */
class WorldRenderer implements Renderer {
  readonly kind: "webgl" | "canvas";
  readonly #pixi: PixiRenderer;
  readonly #canvas: HTMLCanvasElement;
  readonly #stage = new Container();
  readonly #labels = new Labels();
  readonly #ladder = new QualityLadder();
  readonly #resized: ResizeObserver;
  #scene: Scene | undefined;
  /** The world being left, kept as it last looked until the new one has opened over it. */
  #leaving: { scene: Scene; iris: Graphics; rim: Graphics; since: number } | undefined;
  #last = 0;
  #wantedShow = 0;
  #skip = false;
  /** A canvas of another size is empty, so it gets that right before something is drawn on it. */
  #isResized = true;

  constructor(pixi: PixiRenderer, kind: "webgl" | "canvas", canvas: HTMLCanvasElement) {
    this.#pixi = pixi;
    this.kind = kind;
    this.#canvas = canvas;
    this.#resized = new ResizeObserver(() => (this.#isResized = true));
    this.#resized.observe(canvas);
    canvas.addEventListener("webglcontextrestored", this.#restored);
  }

  get quality(): number {
    return this.#ladder.level;
  }

  async show(world: LoadedWorld): Promise<void> {
    const turn = ++this.#wantedShow;
    const scene = await Scene.load(world, this.#labels);
    if (turn !== this.#wantedShow) return scene.destroy();
    this.#finishIris();
    const old = this.#scene;
    // The first frame of a world is never left out: it is what the client waits for.
    this.#skip = true;
    this.#scene = scene;
    this.#stage.addChild(scene.root);
    if (old) this.#openIris(old, scene);
  }

  draw(frame: Frame, moment: Moment): void {
    const scene = this.#scene;
    if (scene === undefined) return;
    this.#skip = this.#ladder.level >= 2 && !this.#skip;
    if (this.#skip) return;
    const begun = performance.now();
    if (this.#isResized) this.#resize();
    const ms = Math.min(250, moment.now - this.#last);
    this.#last = moment.now;
    const covered = scaled(moment.covered, this.#canvas.width / Math.max(1, this.#canvas.clientWidth));
    scene.update(frame, { ...moment, covered }, this.#screen(), ms, this.quality);
    this.#moveIris(frame, moment);
    this.#pixi.render({ container: this.#stage });
    if (this.#ladder.note(performance.now() - begun, moment.now)) this.#isResized = true;
  }

  toWorld(clientX: number, clientY: number): { x: number; y: number } {
    const box = this.#canvas.getBoundingClientRect();
    const { camera } = this.#scene ?? {};
    if (camera === undefined) return { x: 0, y: 0 };
    const perPixel = this.#canvas.width / box.width / camera.zoom;
    return {
      x: camera.x + (clientX - box.left - box.width / 2) * perPixel,
      y: camera.y + (clientY - box.top - box.height / 2) * perPixel,
    };
  }

  dispose(): void {
    this.#resized.disconnect();
    this.#canvas.removeEventListener("webglcontextrestored", this.#restored);
    this.#finishIris();
    this.#scene?.destroy();
    this.#labels.clear();
    this.#pixi.destroy();
  }

  readonly #restored = (): void => this.#labels.clear();

  #screen(): { w: number; h: number } {
    return { w: this.#canvas.width, h: this.#canvas.height };
  }

  #resize(): void {
    this.#isResized = false;
    const { w, h } = pixelsOf(this.#canvas, this.quality >= 1 ? 1 : sharpest);
    if (w !== this.#canvas.width || h !== this.#canvas.height) this.#pixi.resize(w, h);
  }

  #openIris(old: Scene, scene: Scene): void {
    const iris = this.#stage.addChild(new Graphics());
    const rim = this.#stage.addChild(new Graphics());
    scene.root.mask = iris;
    this.#leaving = { scene: old, iris, rim, since: this.#last };
  }

  /** The new world opens as a growing circle around the player, over the old one. */
  #moveIris(frame: Frame, moment: Moment): void {
    const leaving = this.#leaving;
    const scene = this.#scene;
    if (leaving === undefined || scene?.camera === undefined) return;
    const { w, h } = this.#screen();
    const share = moment.isCalm ? 1 : (moment.now - leaving.since) / irisMs;
    if (share >= 1) return this.#finishIris();
    const { camera } = scene;
    const x = w / 2 + ((frame.self?.x ?? camera.x) - camera.x) * camera.zoom;
    const y = h / 2 + ((frame.self?.y ?? camera.y) - camera.y) * camera.zoom;
    const radius = Math.max(1, share ** 2 * Math.hypot(w, h));
    leaving.iris.clear().circle(x, y, radius).fill("#ffffff");
    leaving.rim
      .clear()
      .circle(x, y, radius)
      .stroke({ width: 4 * camera.zoom, color: scene.world.map.theme.accent });
  }

  #finishIris(): void {
    const leaving = this.#leaving;
    if (leaving === undefined) return;
    if (this.#scene) this.#scene.root.mask = null;
    leaving.iris.destroy();
    leaving.rim.destroy();
    leaving.scene.destroy();
    this.#leaving = undefined;
  }
}

function scaled({ left, top, right, bottom }: Covered, by: number): Covered {
  return { left: left * by, top: top * by, right: right * by, bottom: bottom * by };
}

function pixelsOf(canvas: HTMLCanvasElement, most: number): { w: number; h: number } {
  const scale = Math.min(devicePixelRatio, most);
  return {
    w: Math.max(1, Math.round(canvas.clientWidth * scale)),
    h: Math.max(1, Math.round(canvas.clientHeight * scale)),
  };
}

/** Software WebGL is slower than a plain canvas, so only a real graphics card counts. */
function hasGraphicsCard(): boolean {
  const context = document
    .createElement("canvas")
    .getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (context === null) return false;
  const info = context.getExtension("WEBGL_debug_renderer_info");
  const name = String(context.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}
