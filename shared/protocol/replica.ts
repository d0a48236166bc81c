import { gridPerUnit, type MovingBody } from "../step-player.ts";
import { ByteReader } from "./byte-reader.ts";
import {
  entityKinds,
  flag,
  headBytes,
  motionFacing,
  motionX,
  motionY,
  snapshotFrame,
  told,
  what,
  type Looks,
} from "./snapshot-layout.ts";
import { decodeUtf8 } from "./utf8.ts";

/**
 * What became of a frame: `gap` continues a snapshot we do not hold, so a full state must be asked for; `late` is
 * older than what we hold; `bad` is not a snapshot, or a broken one, after which only a full state helps.
 */
export type Applied = "applied" | "bad" | "gap" | "late";

/** Somebody in view, as last told. The same object from entering to leaving. Units as in step-player.ts. */
export interface Seen extends MovingBody {
  readonly id: number;
  looks: Looks;
  /** The tick this state is of: there is news when it is the replica's own. */
  told: number;
  /** The tick of the last jump: from there it is not walked to, but shown at once. −1 before the first. */
  setAt: number;
  /** Steps of 1/32 unit a send, and the facing with it (snapshot-layout.ts). */
  motion: number;
}

const nobody: Looks = { kind: "thing", name: "", guest: false, sprite: "" };

/** A player's copy of what they see of a world, brought forward snapshot by snapshot. */
export class Replica {
  /** The own authoritative state. */
  readonly self: MovingBody = { x: 0, y: 0, facing: 0 };
  /** The newest command that state includes, its low 16 bits. */
  ack = 0;
  /** The own position was set by the newest snapshot, not walked to. */
  wasSet = false;
  readonly #ticksPerSend: number;
  readonly #slots: Seen[] = [];
  readonly #seen = new Map<number, Seen>();
  readonly #looks = new Map<number, Looks>();
  #tick = -1;
  #isBroken = true;

  constructor(ticksPerSend: number) {
    this.#ticksPerSend = ticksPerSend;
  }

  /** The tick of the newest snapshot; −1 before the first. */
  get tick(): number {
    return this.#tick;
  }

  /** By entity id. The own entity may be among them. */
  get seen(): ReadonlyMap<number, Seen> {
    return this.#seen;
  }

  /** Never throws, whatever the bytes are. */
  apply(bytes: Uint8Array): Applied {
    if (bytes.length < headBytes || bytes[0] !== snapshotFrame) return "bad";
    const from = new ByteReader(bytes);
    from.u8();
    const flags = from.u8();
    const tick = from.u32();
    const base = from.u16();
    const isFull = (flags & flag.full) !== 0;
    if (tick < this.#tick || (tick === this.#tick && !isFull)) return "late";
    if (!isFull && (this.#isBroken || base !== (this.#tick & 0xffff))) return "gap";
    this.#isBroken = true;
    this.#readSelf(from, flags);
    if (isFull) this.#forget();
    const stayed = this.#readChanges(from, flags, tick);
    if (stayed === undefined || !this.#readMotions(from, stayed, tick)) return "bad";
    this.#tick = tick;
    this.#isBroken = false;
    return "applied";
  }

  #readSelf(from: ByteReader, flags: number): void {
    this.ack = from.u16();
    this.self.x = from.u24() / gridPerUnit;
    this.self.y = from.u24() / gridPerUnit;
    this.self.facing = (flags >> flag.facingShift) & 3;
    this.wasSet = (flags & flag.set) !== 0;
  }

  #forget(): void {
    this.#slots.length = 0;
    this.#seen.clear();
  }

  /** Returns how many slots were there before; `undefined` when the frame makes no sense. */
  #readChanges(from: ByteReader, flags: number, tick: number): number | undefined {
    if ((flags & flag.changes) === 0) return this.#slots.length;
    for (let leaves = from.varint(); leaves > 0; leaves--) if (!this.#leave(from.varint())) return undefined;
    const stayed = this.#slots.length;
    for (let enters = from.varint(); enters > 0 && !from.isShort; enters--)
      if (!this.#enter(from, tick)) return undefined;
    for (let changed = from.varint(); changed > 0 && !from.isShort; changed--) {
      const seen = this.#slots[from.varint()];
      if (!seen) return undefined;
      seen.looks = this.#readLooks(from, seen.id);
    }
    return from.isShort ? undefined : stayed;
  }

  /** The last slot moves into the one that is left. */
  #leave(slot: number): boolean {
    const gone = this.#slots[slot];
    const last = this.#slots.pop();
    if (!gone || !last) return false;
    if (last !== gone) this.#slots[slot] = last;
    this.#seen.delete(gone.id);
    return true;
  }

  /** False for somebody who is in view already: a world that repeats itself would fill the memory. */
  #enter(from: ByteReader, tick: number): boolean {
    const id = from.u16();
    if (this.#seen.has(id)) return false;
    const seen = { id, looks: nobody, x: 0, y: 0, facing: 0, told: tick, setAt: tick, motion: 0 };
    const bits = this.#readState(from, seen, tick);
    seen.looks = (bits & what.looks) !== 0 ? this.#readLooks(from, id) : (this.#looks.get(id) ?? nobody);
    this.#slots.push(seen);
    this.#seen.set(id, seen);
    return true;
  }

  #readState(from: ByteReader, seen: Seen, tick: number): number {
    const bits = from.u8();
    seen.facing = bits & 3;
    seen.x = from.u24() / gridPerUnit;
    seen.y = from.u24() / gridPerUnit;
    seen.motion = (bits & what.moves) !== 0 ? from.u24() : 0;
    if ((bits & what.set) !== 0) seen.setAt = tick;
    seen.told = tick;
    return bits;
  }

  #readLooks(from: ByteReader, id: number): Looks {
    const kind = entityKinds[from.u8()] ?? "thing";
    const guest = (from.u8() & 1) !== 0;
    const name = decodeUtf8(from.bytes(from.u8()));
    const sprite = decodeUtf8(from.bytes(from.u8()));
    const looks = { kind, name, guest, sprite };
    this.#looks.set(id, looks);
    return looks;
  }

  /** The records stand behind the bits, so both are read side by side. */
  #readMotions(from: ByteReader, count: number, tick: number): boolean {
    const bits = from.bytes((count + 3) >> 2);
    for (let slot = 0; slot < count; slot++) {
      const seen = this.#slots[slot];
      if (!seen || from.isShort) return false;
      const code = ((bits[slot >> 2] ?? 0) >> ((slot & 3) << 1)) & 3;
      if (code === told.state) this.#readState(from, seen, tick);
      else if (code !== told.nothing) this.#move(from, seen, code, tick);
    }
    return !from.isShort && from.left === 0;
  }

  #move(from: ByteReader, seen: Seen, code: number, tick: number): void {
    const sends = code === told.motion ? 1 : (tick - seen.told) / this.#ticksPerSend;
    if (code === told.motion) {
      seen.motion = from.u24();
      seen.facing = motionFacing(seen.motion);
    }
    seen.x += (motionX(seen.motion) * sends) / gridPerUnit;
    seen.y += (motionY(seen.motion) * sends) / gridPerUnit;
    seen.told = tick;
  }
}
