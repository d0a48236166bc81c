import type { Entities } from "./entities.ts";
import { IdSet } from "./id-set.ts";

const firstRoom = 32;

/** What one viewer has been told: which entity is in which slot, as of which send, and whose looks it knows. */
export class View {
  /** The viewer's own entity, which is in no slot. */
  readonly own: number;
  ids = new Uint16Array(firstRoom);
  /** The send each slot was last told at. */
  told = new Int32Array(firstRoom);
  count = 0;
  /** The newest send this viewer was told of; −1 when it needs a full state. */
  send = -1;
  /** Whom it pays attention to: told before others when not all can be. 0 for nobody. */
  focus = 0;
  /** Slots whose looks have changed since they were told. */
  readonly changed = new Set<number>();
  readonly #has = new IdSet();
  readonly #knows = new IdSet();

  constructor(own: number) {
    this.own = own;
  }

  has(id: number): boolean {
    return this.#has.has(id);
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
    if (this.#has.has(id)) this.changed.add(id);
  }

  enter(id: number, entities: Entities): void {
    if (this.count === this.ids.length) this.#grow();
    this.ids[this.count] = id;
    this.told[this.count++] = entities.send;
    this.#has.add(id);
    entities.seen(id);
  }

  /** The last slot moves into this one. */
  leave(slot: number, entities: Entities): void {
    const id = this.ids[slot] ?? 0;
    const last = --this.count;
    this.ids[slot] = this.ids[last] ?? 0;
    this.told[slot] = this.told[last] ?? 0;
    this.#has.delete(id);
    this.changed.delete(id);
    entities.unseen(id);
  }

  /** Forgets every slot: the viewer is gone, or begins anew. What it knows of looks stays known. */
  clear(entities: Entities): void {
    for (let slot = 0; slot < this.count; slot++) entities.unseen(this.ids[slot] ?? 0);
    this.count = 0;
    this.send = -1;
    this.changed.clear();
    this.#has.clear();
  }

  #grow(): void {
    const room = this.ids.length * 2;
    const [ids, told] = [new Uint16Array(room), new Int32Array(room)];
    ids.set(this.ids);
    told.set(this.told);
    this.ids = ids;
    this.told = told;
  }
}
