import type { EntityInfo } from "#shared/protocol/client-world.ts";
import type { Applied, Seen } from "#shared/protocol/replica.ts";
import { decodeSnapshot, snapFlag } from "#shared/protocol/snapshot.ts";

/** Reads the snapshots of a world that names no ticks in `entered`: until every world speaks in slots. */
export class OldReplica {
  self = { x: 0, y: 0, facing: 0 };
  ack = 0;
  wasSet = false;
  tick = -1;
  readonly seen = new Map<number, Seen>();
  readonly #looks = new Map<number, EntityInfo>();

  introduce(enter: readonly EntityInfo[], leave: readonly number[]): void {
    for (const id of leave) this.#looks.delete(id);
    for (const info of enter) this.#looks.set(info.id, info);
  }

  apply(bytes: Uint8Array): Applied {
    const snapshot = decodeSnapshot(bytes);
    if (!snapshot) return "bad";
    const { tick, self, ack, flags, others } = snapshot;
    if (tick <= this.tick) return "late";
    Object.assign(this, { tick, self, ack: ack & 0xffff, wasSet: (flags & snapFlag) !== 0 });
    const present = new Set(others.map(({ id }) => id));
    for (const id of this.seen.keys()) if (!present.has(id)) this.seen.delete(id);
    for (const state of others) {
      const looks = this.#looks.get(state.id);
      if (!looks) continue;
      const seen = this.seen.get(state.id) ?? { ...state, looks, setAt: -1, motion: 0, told: tick };
      this.seen.set(state.id, Object.assign(seen, state, { looks, told: tick }));
    }
    return "applied";
  }
}
