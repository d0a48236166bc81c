import { flag, headBytes, motionSteps, snapshotFrame, told, what } from "#shared/protocol/snapshot-layout.ts";
import type { Entities } from "./entities.ts";
import type { FrameBytes } from "./frame-bytes.ts";
import type { View } from "./view.ts";

/** What a slot's record takes at most. */
const recordMost = 10;

/** A viewer's own state. `x`, `y` in steps of 1/32 unit; `ack` is the newest command it includes. */
export interface OwnState {
  readonly x: number;
  readonly y: number;
  readonly facing: number;
  readonly ack: number;
  readonly wasSet: boolean;
}

/** The first bytes of every snapshot, the viewer's own. `sendOf` is the send it continues. */
export function writeHead(to: FrameBytes, flags: number, tick: number, base: number, own: OwnState): void {
  to.reserve(headBytes);
  to.u8(snapshotFrame);
  to.u8(flags | (own.facing << flag.facingShift) | (own.wasSet ? flag.set : 0));
  to.u32(tick);
  to.u16(base);
  to.u16(own.ack);
  to.u24(own.x);
  to.u24(own.y);
}

/**
 * Who left (slots, as they were emptied one after the other), who entered (the last `enters` slots of the view) and
 * whose looks are others now.
 */
export function writeChanges(
  to: FrameBytes,
  view: View,
  entities: Entities,
  leaves: ArrayLike<number>,
  enters: number,
): void {
  to.reserve(9 + leaves.length * 3);
  to.varint(leaves.length);
  for (let at = 0; at < leaves.length; at++) to.varint(leaves[at] ?? 0);
  to.varint(enters);
  for (let slot = view.count - enters; slot < view.count; slot++) {
    const id = view.ids[slot] ?? 0;
    writeEnter(to, id, view.knows(id) ? undefined : entities.looks[id], entities);
    view.learn(id);
  }
  writeLooks(to, view, entities);
}

/** The whole view as if it entered just now. */
export function writeEnters(to: FrameBytes, view: View, entities: Entities): void {
  to.reserve(9);
  to.varint(0);
  to.varint(view.count);
  for (let slot = 0; slot < view.count; slot++) {
    const id = view.ids[slot] ?? 0;
    writeEnter(to, id, entities.looks[id], entities);
  }
  to.reserve(1);
  to.varint(0);
}

function writeEnter(to: FrameBytes, id: number, looks: Uint8Array | undefined, entities: Entities): void {
  to.reserve(12 + (looks?.length ?? 0));
  to.u16(id);
  writeState(to, id, looks ? what.looks : 0, entities);
  if (looks) to.put(looks);
}

function writeLooks(to: FrameBytes, view: View, entities: Entities): void {
  to.reserve(3);
  to.varint(view.changed.size);
  if (view.changed.size === 0) return;
  for (let slot = 0; slot < view.count; slot++) {
    const id = view.ids[slot] ?? 0;
    const looks = view.changed.has(id) ? entities.looks[id] : undefined;
    if (!looks) continue;
    to.reserve(6 + looks.length);
    to.varint(slot);
    to.put(looks);
    view.learn(id);
  }
}

function writeState(to: FrameBytes, id: number, bits: number, entities: Entities): void {
  const motion = entities.motion[id] ?? 0;
  const moves = motionSteps(motion) === 0 ? 0 : what.moves;
  to.u8((entities.facing[id] ?? 0) | moves | bits);
  to.u24(entities.x[id] ?? 0);
  to.u24(entities.y[id] ?? 0);
  if (moves !== 0) to.u24(motion);
}

/** What became of the first `count` slots: two bits each, then the records they ask for. */
export function writeMotions(to: FrameBytes, view: View, count: number, entities: Entities): void {
  if (view.send !== entities.previous) return writeSince(to, view, count, entities, view.send);
  const { code: codes, motion } = entities;
  const { ids } = view;
  const first = to.at;
  to.reserve(((count + 3) >> 2) + count * recordMost);
  to.at += (count + 3) >> 2;
  const { bytes } = to;
  for (let slot = 0; slot < count; slot += 4) {
    let four = 0;
    const end = Math.min(4, count - slot);
    for (let of4 = 0; of4 < end; of4++) {
      const id = ids[slot + of4] as number;
      const code = codes[id] as number;
      if (code === told.asForetold) continue;
      four |= code << (of4 << 1);
      if (code === told.motion) to.u24(motion[id] as number);
      else writeState(to, id, setBit(id, view.send, entities), entities);
    }
    bytes[first + (slot >> 2)] = four;
  }
}

/** The same for a viewer who was told last at send `since`, some sends ago. */
function writeSince(to: FrameBytes, view: View, count: number, entities: Entities, since: number): void {
  const { steadySince } = entities;
  const codes = new Codes(to, count);
  for (let slot = 0; slot < count; slot++) {
    const id = view.ids[slot] ?? 0;
    if ((steadySince[id] ?? 0) <= since) continue;
    codes.set(slot, told.state);
    writeState(to, id, setBit(id, since, entities), entities);
  }
}

/**
 * The same for a viewer some of whose slots have to wait: those that are `skipped`, by slot. The view is thin until
 * all of them were told again.
 */
export function writeThin(
  to: FrameBytes,
  view: View,
  count: number,
  entities: Entities,
  skipped: Uint8Array | undefined,
): void {
  const { steadySince, brokenAt, motion, send, previous } = entities;
  const codes = new Codes(to, count);
  let waiting = 0;
  for (let slot = 0; slot < count; slot++) {
    const id = view.ids[slot] ?? 0;
    const since = view.told[slot] ?? 0;
    view.told[slot] = send;
    if ((steadySince[id] ?? 0) <= since) continue;
    if (skipped?.[slot] === 1) {
      codes.set(slot, told.nothing);
      view.told[slot] = since;
      waiting++;
    } else if (since === previous && brokenAt[id] !== send) {
      codes.set(slot, told.motion);
      to.u24(motion[id] ?? 0);
    } else {
      codes.set(slot, told.state);
      writeState(to, id, setBit(id, since, entities), entities);
    }
  }
  view.isThin = waiting > 0;
}

/** Two bits for each slot, and behind them room for all their records. */
class Codes {
  readonly #to: FrameBytes;
  readonly #first: number;

  constructor(to: FrameBytes, count: number) {
    const bytes = (count + 3) >> 2;
    to.reserve(bytes + count * recordMost);
    this.#to = to;
    this.#first = to.at;
    to.at += bytes;
    to.bytes.fill(0, this.#first, to.at);
  }

  set(slot: number, code: number): void {
    const at = this.#first + (slot >> 2);
    this.#to.bytes[at] = (this.#to.bytes[at] ?? 0) | (code << ((slot & 3) << 1));
  }
}

const setBit = (id: number, since: number, { setAt }: Entities): number =>
  (setAt[id] ?? 0) > since ? what.set : 0;
