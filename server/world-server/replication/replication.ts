import { flag, type Looks } from "#shared/protocol/snapshot-layout.ts";
import { gridPerUnit, type Body } from "#shared/step-player.ts";
import type { Interest as InterestSettings, Ring } from "#shared/world-settings.ts";
import { Entities } from "./entities.ts";
import type { FrameBytes } from "./frame-bytes.ts";
import { Grid } from "./grid.ts";
import { Interest } from "./interest.ts";
import { encodeLooks } from "./looks.ts";
import { Priority } from "./priority.ts";
import { writeChanges, writeHead, writeMotions, writeThin, type OwnState } from "./snapshot-writer.ts";
import { View } from "./view.ts";
import { WholeView } from "./whole-view.ts";

export interface ReplicationSettings extends InterestSettings {
  /** The world's size in units. */
  readonly width: number;
  readonly height: number;
  readonly ticksPerSend: number;
  /** How many can be shown at once. */
  readonly capacity: number;
  /** What one snapshot of a viewer may take; full states may take more. */
  readonly bytesPerSend: number;
}

const cellsPerRadius = 5;

/**
 * A world as its viewers are told it. Whoever moves is put here as often as it moves; `publish` settles a send, once
 * for everybody; `write` makes of it what one viewer does not know yet.
 */
export class Replication {
  readonly #settings: ReplicationSettings;
  readonly #entities = new Entities();
  readonly #grid: Grid;
  readonly #interest: Interest;
  readonly #priority: Priority;
  readonly #views = new Set<View>();
  #whole: WholeView | undefined;
  #rings: readonly Ring[];

  constructor(settings: ReplicationSettings) {
    const { radius, width, height } = settings;
    this.#settings = settings;
    this.#rings = settings.rings;
    const cell = (radius * gridPerUnit) / cellsPerRadius;
    this.#grid = new Grid(width * gridPerUnit, height * gridPerUnit, cell);
    this.#interest = new Interest(this.#entities, this.#grid, settings);
    this.#priority = new Priority(this.#entities, radius);
    if (canBeWhole(settings)) this.#whole = new WholeView(this.#entities);
  }

  /** Further rings, besides the world's own, while it is under pressure. */
  set pressure(rings: readonly Ring[]) {
    this.#rings = [...this.#settings.rings, ...rings];
  }

  /** How many are there to be seen. */
  get count(): number {
    return this.#entities.count;
  }

  /** Everybody sees everybody, so that what is told is the same for all. */
  get isWhole(): boolean {
    return this.#whole !== undefined;
  }

  /** An id for somebody who is not shown yet. @throws RangeError when all are in use */
  take(): number {
    return this.#entities.take();
  }

  show(id: number, at: Body, looks: Looks): void {
    this.#entities.show(id, at, encodeLooks(looks));
  }

  /** Walked there since the last send. */
  move(id: number, to: Body): void {
    this.#entities.move(id, to);
  }

  /** Was set there, not walked. */
  set(id: number, to: Body): void {
    this.#entities.move(id, to);
    this.#entities.set(id);
  }

  look(id: number, looks: Looks): void {
    this.#entities.looks[id] = encodeLooks(looks);
    this.#whole?.outdate(id);
    for (const view of this.#views) view.outdate(id);
  }

  remove(id: number): void {
    this.#whole?.keepFull();
    this.#entities.remove(id);
    this.#whole?.outdate(id);
    for (const view of this.#views) view.outdate(id);
  }

  /** A viewer who knows nothing yet. `own` is its own entity. */
  open(own: number): View {
    const view = new View(own);
    this.#views.add(view);
    return view;
  }

  close(view: View): void {
    view.clear(this.#entities);
    this.#views.delete(view);
  }

  /** Whether a viewer has been told of an entity that it has not been told left. */
  sees(view: View, id: number): boolean {
    return this.#whole ? view.send >= 0 && this.#whole.has(id) : view.has.has(id);
  }

  /** Settles the state as send number `send`, which is the tick divided by `ticksPerSend`. */
  publish(send: number): void {
    this.#entities.publish(send);
    // Things come and go as a world's rules want, so there may be more than anybody is to see.
    if (this.count - 1 > this.#settings.most) this.#part();
    if (this.#whole) this.#whole.advance();
    else this.#grid.sort(this.#entities);
  }

  /** The next snapshot is a full state. */
  restart(view: View): void {
    view.clear(this.#entities);
  }

  /** Appends the snapshot that brings this viewer to the newest send. */
  write(to: FrameBytes, view: View, own: OwnState): void {
    const { send } = this.#entities;
    if (this.#whole) this.#writeWhole(to, view, own, this.#whole);
    else this.#writeOwn(to, view, own);
    view.send = send;
  }

  /** From now on everybody has a view of their own, and begins it anew. */
  #part(): void {
    if (!this.#whole) return;
    this.#whole.close();
    this.#whole = undefined;
    for (const view of this.#views) this.restart(view);
  }

  #writeWhole(to: FrameBytes, view: View, own: OwnState, whole: WholeView): void {
    const { send, previous } = this.#entities;
    const isStep = view.send === previous && send !== previous;
    const { bytes, at } = isStep ? whole.step : whole.full;
    const changes = !isStep || whole.hasChanges ? flag.changes : 0;
    this.#head(to, view, own, changes | (isStep ? 0 : flag.full));
    to.reserve(at);
    to.put(bytes.subarray(0, at));
  }

  #writeOwn(to: FrameBytes, view: View, own: OwnState): void {
    const entities = this.#entities;
    const isFull = view.send < 0;
    const { x, y } = own;
    const newcomers = isFull ? Infinity : this.#newcomers();
    this.#interest.review(view, x, y, newcomers);
    const { leaves, enterCount } = this.#interest;
    const hasChanges = isFull || leaves.length > 0 || enterCount > 0 || view.changed.size > 0;
    this.#head(to, view, own, (isFull ? flag.full : 0) | (hasChanges ? flag.changes : 0));
    const from = to.at;
    if (hasChanges) writeChanges(to, view, entities, isFull ? [] : leaves, enterCount);
    // What enters takes its part of the budget, but never all of it.
    const { bytesPerSend } = this.#settings;
    this.#priority.budget = Math.max(bytesPerSend / 4, bytesPerSend - (to.at - from));
    const stayed = view.count - enterCount;
    const isShort = this.#priority.choose(view, stayed, x, y, this.#rings);
    if (isShort) view.thin();
    if (view.isThin) writeThin(to, view, stayed, entities, isShort ? this.#priority.skipped : undefined);
    else writeMotions(to, view, stayed, entities);
  }

  #head(to: FrameBytes, view: View, own: OwnState, flags: number): void {
    const { ticksPerSend } = this.#settings;
    const { send } = this.#entities;
    const base = (flags & flag.full) === 0 ? view.send : send;
    writeHead(to, flags, send * ticksPerSend, base * ticksPerSend, own);
  }

  /** How many may enter a view with one send, when entering takes at most half of what a snapshot may. */
  #newcomers(): number {
    return Math.max(1, Math.floor(this.#settings.bytesPerSend / 2 / enterBytes));
  }
}

/** Whether everybody may be told the same: all of everybody, each time, within what a snapshot may take. */
function canBeWhole({
  width,
  height,
  radius,
  most,
  capacity,
  rings,
  bytesPerSend,
}: ReplicationSettings): boolean {
  const isAllSeen = radius >= Math.hypot(width, height) && most >= capacity;
  return isAllSeen && rings.length === 0 && capacity * tellBytes <= bytesPerSend;
}

/** What one takes who turned: two bits and a motion. */
const tellBytes = 3.25;
/** About what one takes who enters with a name and a sprite. */
const enterBytes = 32;
