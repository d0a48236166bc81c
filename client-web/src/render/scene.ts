import { Container, Sprite, type Texture } from "pixi.js";
import type { Frame, LoadedWorld, Sprite as Being } from "../app/view.ts";
import { Actors, isSeen, type Seen } from "./actors.ts";
import { Art } from "./art.ts";
import { Backdrop } from "./backdrop.ts";
import { follow, lookAt, type Camera, type Covered, type Screen } from "./camera.ts";
import { FrameBudget, nearestFirst } from "./frame-budget.ts";
import { Labels } from "./labels.ts";
import { Portals } from "./portals.ts";
import type { Moment } from "./renderer.ts";
import { tileLayer } from "./tiles.ts";
import { clip, wrap } from "./words.ts";

const margin = 64;
const talkUnits = 64;
const labelUnits = 300;
const linesKept = 64;
const naming = { ms: 2, count: 16 } as const;
const nameSize = 10;
const labelColors = {
  player: "#ffffff",
  npc: "#ffe3a1",
  thing: "#c9f2e4",
  portal: "#ffffff",
  hint: "#241600",
} as const;
const plates = { hint: "#ffd166", speech: "#0c0918e6" } as const;

/** One world on screen: its ground, everybody in it, and the words over them. */
export class Scene {
  readonly root = new Container();
  readonly world: LoadedWorld;
  camera: Camera | undefined;
  readonly #backdrop: Backdrop;
  readonly #ground = new Container();
  readonly #words = new Container();
  readonly #art: Art;
  readonly #labels: Labels;
  readonly #actors: Actors;
  readonly #portals: Portals;
  readonly #lines = new Map<string, string>();
  readonly #naming = new FrameBudget(naming.ms, naming.count);
  #epoch: number | undefined;
  #used = 0;

  constructor(world: LoadedWorld, art: Art, labels: Labels) {
    const { map } = world;
    const actors = new Container({ sortableChildren: true });
    const above = new Container();
    this.world = world;
    this.#art = art;
    this.#labels = labels;
    this.#backdrop = new Backdrop(map.theme.backdrop, map.theme.accent, art);
    this.#ground.addChild(tileLayer(map, map.layers.ground, art), tileLayer(map, map.layers.deco, art));
    this.#actors = new Actors(art, actors, this.#ground);
    this.#portals = new Portals(map, art, actors, above);
    above.addChild(tileLayer(map, map.layers.above, art));
    this.#ground.addChild(actors, above);
    this.root.addChild(this.#backdrop, this.#ground, this.#words);
  }

  static async load(world: LoadedWorld, labels: Labels): Promise<Scene> {
    return new Scene(world, await Art.of(world), labels);
  }

  /** @param ms since the frame before */
  update(frame: Frame, moment: Moment, screen: Screen, ms: number, quality: number): void {
    const { map } = this.world;
    const size = { w: map.w * map.tile, h: map.h * map.tile };
    const goal = lookAt(frame.self ?? { x: size.w / 2, y: size.h / 2 }, screen, size, moment.covered);
    const isSnap = this.camera === undefined || this.#epoch !== frame.epoch || moment.isCalm;
    const camera = isSnap ? goal : follow(this.camera ?? goal, goal, ms, false);
    this.camera = camera;
    this.#epoch = frame.epoch;
    this.#ground.scale.set(camera.zoom);
    this.#ground.position.set(
      Math.round(screen.w / 2 - camera.x * camera.zoom),
      Math.round(screen.h / 2 - camera.y * camera.zoom),
    );
    const seen = seenBy(camera, screen);
    this.#backdrop.update(camera, screen);
    this.#portals.update(moment, quality === 0);
    this.#actors.update(frame, moment.now, seen);
    this.#writeWords(frame, moment, seen, screen, quality);
  }

  destroy(): void {
    // Labels belong to all worlds and stay.
    this.root.destroy({ children: true });
    this.#art.dispose();
  }

  #writeWords(frame: Frame, moment: Moment, seen: Seen, screen: Screen, quality: number): void {
    this.#used = 0;
    const others = frame.others.filter((other) => isSeen(other, seen));
    this.#writePortals(moment, seen, screen);
    const isBehind = this.#naming.isBehind;
    this.#naming.begin();
    for (const other of isBehind ? nearestFirst(others, frame.self) : others)
      this.#writeName(other, frame.self, moment, quality);
    for (const sign of this.world.map.signs)
      if (apart(frame.self, sign) < talkUnits)
        this.#write(wrap(sign.text), sign.x, sign.y - 34, 10, labelColors.player, plates.speech);
    this.#writeHint(frame, moment);
    for (const being of frame.self ? [...others, frame.self] : others)
      if (being.says !== undefined)
        keepInside(this.#writeBubble(being, being.says, frame.self), screen, moment.covered);
    for (const [i, word] of this.#words.children.entries()) word.visible = i < this.#used;
  }

  #writePortals(moment: Moment, seen: Seen, screen: Screen): void {
    for (const portal of Object.values(this.world.map.portals)) {
      const label = this.#write(portal.label, portal.x, portal.y - 100, 13, labelColors.portal);
      if (isSeen(portal, seen)) keepInside(label, screen, moment.covered);
    }
  }

  /** Over what the key or button would use now, unless it has just spoken. */
  #writeHint({ target, others }: Frame, moment: Moment): void {
    if (!target || others.some(({ id, says }) => id === target.entity && says !== undefined)) return;
    const bob = moment.isCalm ? 0 : Math.round(Math.sin(moment.now / 220) * 2);
    this.#write(moment.useHint, target.x, target.y - 56 + bob, 13, labelColors.hint, plates.hint);
  }

  #writeName(other: Being, self: Being | undefined, moment: Moment, quality: number): void {
    if (other.name === "" || (quality >= 3 && apart(self, other) > labelUnits)) return;
    const name = nameOf(other, moment);
    const color = labelColors[other.kind];
    const isKnown = this.#labels.has(name, { color, size: this.#lettersOf(nameSize) });
    if (this.#actors.has(other.id) && (isKnown || this.#naming.take()))
      this.#write(name, other.x, other.y - 40, nameSize, color);
  }

  /** Over the head, or at the feet when the listener stands where the words would be. */
  #writeBubble(being: Being, says: string, self: Being | undefined): Sprite {
    const lines = this.#linesOf(says);
    const half = lines.split("\n").length * 6;
    const isBelow = apart(self, being) < talkUnits && (self?.y ?? 0) < being.y;
    const y = being.y + (isBelow ? 26 + half : -50 - half);
    return this.#write(lines, being.x, y, 9, labelColors.player, plates.speech);
  }

  /** Broken into lines once, not once a frame. */
  #linesOf(says: string): string {
    const lines = this.#lines.get(says) ?? clip(says);
    if (this.#lines.size >= linesKept) this.#lines.clear();
    this.#lines.set(says, lines);
    return lines;
  }

  /** Puts text with its middle at a point of the world; `size` is the height of letters in world units. */
  #write(text: string, x: number, y: number, size: number, color: string, plate?: string): Sprite {
    const zoom = this.camera?.zoom ?? 1;
    const letters = this.#lettersOf(size);
    const texture = this.#labels.get(
      text,
      plate === undefined ? { color, size: letters } : { color, size: letters, plate },
    );
    const word = this.#word(this.#used++, texture);
    const { x: left, y: top } = this.#ground.position;
    word.position.set(
      Math.round(left + x * zoom - texture.width / 2),
      Math.round(top + y * zoom - texture.height / 2),
    );
    return word;
  }

  /** Their height in device pixels. */
  #lettersOf(size: number): number {
    return Math.max(12, size * (this.camera?.zoom ?? 1));
  }

  #word(index: number, texture: Texture): Sprite {
    const known = this.#words.children[index];
    if (!(known instanceof Sprite)) return this.#words.addChild(new Sprite(texture));
    if (known.texture !== texture) known.texture = texture;
    return known;
  }
}

function seenBy(camera: Camera, screen: Screen): Seen {
  const across = screen.w / camera.zoom / 2 + margin;
  const down = screen.h / camera.zoom / 2 + margin;
  return { left: camera.x - across, right: camera.x + across, top: camera.y - down, bottom: camera.y + down };
}

/** Moves a word to where it can be read whole: on the screen and under no panel. */
function keepInside(word: Sprite, screen: Screen, covered: Covered): void {
  const edge = 4;
  const right = screen.w - covered.right - word.texture.width - edge;
  word.x = Math.max(covered.left + edge, Math.min(word.x, right));
  word.y = Math.max(covered.top + edge, word.y);
}

/** Distance in world units; without an own body everything is far away. */
const apart = (self: Being | undefined, there: { x: number; y: number }): number =>
  self === undefined ? Infinity : Math.hypot(self.x - there.x, self.y - there.y);

const nameOf = (being: Being, moment: Moment): string =>
  being.guest && !/^guest/i.test(being.name) ? `${being.name} (${moment.guestTag})` : being.name;
