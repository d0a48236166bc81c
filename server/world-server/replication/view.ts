import type { Entities } from "./entities.ts";
import { IdSet } from "./id-set.ts";

const firstRoom = 32;

/** What one viewer has been told: which entity is in which slot, as of which send, and whose looks it knows. */
export class View {
  /** The viewer's own entity, which is in no slot. */
  readonly own: number;
  ids = new Uint16Array(firstRoom);
  count = 0;
  /** The newest send this viewer was told of; −1 when it needs a full state. */
  send = -1;
  /** The send each slot was last told at, while some slots had to wait (`isThin`). Otherwise that is `send` for all. */
  told = new Int32Array(0);
  isThin = false;
  /** Where it was reviewed last, and whether everybody who was in reach then is in view. */
  x = 0;
  y = 0;
  isComplete = false;
  /** Whom it pays attention to: told before others when not all can be. 0 for nobody. */
  focus = 0;
  /** Slots whose looks have changed since they were told. */
  readonly changed = new Set<number>();
  /** Who is in a slot. */
  readonly has = new IdSet();
  readonly #knows = new IdSet();

  constructor(own: number) {
    this.own = own;
  }

  /** Whether the viewer holds the looks this id has now. */
  knows(id: number): boolean {
    return this.#knows.has(id);
  }

  learn(id: number): void {
    this.#knows.add(id);
    this.changed.delete(id);
  }

  /** The looks of this id are others now. */
  outdate(id: number): void {
    this.#knows.delete(id);
    if (this.has.has(id)) this.changed.add(id);
  }

  enter(id: number, entities: Entities): void {
    if (this.count === this.ids.length) this.#grow();
    if (this.isThin) this.told[this.count] = entities.send;
    this.ids[this.count++] = id;
    this.has.add(id);
    entities.seen(id);
  }

  /** The last slot moves into this one. */
  leave(slot: number, entities: Entities): void {
    const id = this.ids[slot] ?? 0;
    const last = --this.count;
    this.ids[slot] = this.ids[last] ?? 0;
    if (this.isThin) this.told[slot] = this.told[last] ?? 0;
    this.has.delete(id);
    this.changed.delete(id);
    if (this.focus === id) this.focus = 0;
    entities.unseen(id);
  }

  /** Forgets everything: the viewer is gone, or begins anew. Who lost frames lost the looks in them as well. */
  clear(entities: Entities): void {
    for (let slot = 0; slot < this.count; slot++) entities.unseen(this.ids[slot] ?? 0);
    this.count = 0;
    this.send = -1;
    this.isThin = false;
    this.isComplete = false;
    this.changed.clear();
    this.has.clear();
    this.#knows.clear();
  }

  /** From now on every slot is told at its own time. */
  thin(): void {
    if (this.isThin) return;
    this.isThin = true;
    if (this.told.length < this.ids.length) this.told = new Int32Array(this.ids.length);
    this.told.fill(this.send, 0, this.count);
  }

  #grow(): void {
    const ids = new Uint16Array(this.ids.length * 2);
    ids.set(this.ids);
    this.ids = ids;
    if (!this.isThin) return;
    const told = new Int32Array(ids.length);
    told.set(this.told);
    this.told = told;
  }
}
