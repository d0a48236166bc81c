import type { Entities } from "./entities.ts";
import { FrameBytes } from "./frame-bytes.ts";
import { writeEnters, writeChanges, writeMotions } from "./snapshot-writer.ts";
import { View } from "./view.ts";

/**
 * The one view all viewers share in a world small enough to be seen whole: what a send brings is written once, and
 * copied to everybody. A viewer finds itself in it as well.
 */
export class WholeView {
  readonly #entities: Entities;
  readonly #view = new View(0);
  readonly #step = new FrameBytes();
  readonly #full = new FrameBytes();
  readonly #leaves: number[] = [];
  #fullOf = -1;
  hasChanges = false;

  constructor(entities: Entities) {
    this.#entities = entities;
  }

  /** What leads from the send before to the newest one. */
  get step(): FrameBytes {
    return this.#step;
  }

  /** Everybody, for those who come new. */
  get full(): FrameBytes {
    if (this.#fullOf !== this.#entities.send) {
      this.#full.at = 0;
      writeEnters(this.#full, this.#view, this.#entities);
      this.#fullOf = this.#entities.send;
    }
    return this.#full;
  }

  /** To be called before somebody is removed: a full state is as of the newest send, which still had them. */
  keepFull(): void {
    void this.full;
  }

  /** Nobody shares it any more. */
  close(): void {
    this.#view.clear(this.#entities);
  }

  has(id: number): boolean {
    return this.#view.has.has(id);
  }

  outdate(id: number): void {
    this.#view.outdate(id);
  }

  /** To be called once after every `publish`. */
  advance(): void {
    const entities = this.#entities;
    const view = this.#view;
    this.#leaves.length = 0;
    for (let slot = view.count - 1; slot >= 0; slot--)
      if (entities.isShown[view.ids[slot] ?? 0] === 0) {
        this.#leaves.push(slot);
        view.leave(slot, entities);
      }
    const stayed = view.count;
    for (let at = 0; at < entities.count; at++) {
      const id = entities.ids[at] ?? 0;
      if (!view.has.has(id)) view.enter(id, entities);
    }
    const step = this.#step;
    step.at = 0;
    this.hasChanges = this.#leaves.length > 0 || view.count > stayed || view.changed.size > 0;
    if (this.hasChanges) writeChanges(step, view, entities, this.#leaves, view.count - stayed);
    writeMotions(step, view, stayed, entities);
    view.send = entities.send;
  }
}
