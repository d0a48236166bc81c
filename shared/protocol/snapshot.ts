import type { Body } from "../step-player.ts";

/**
 * A world's state, world → client, binary, little-endian:
 * `u8 1 · u8 flags · u32 tick · u32 ack · f32 x · f32 y · u8 facing · u16 count`
 * then `count × (u16 id · f32 x · f32 y · u8 facing)`.
 * `flags` bit 0: the own position was set, not walked to (snap, do not smooth).
 * `ack` is the number of the newest command the own position includes; 0 before the first.
 * The own entity is not among the others.
 */
export const snapshotFrame = 1;
export const snapFlag = 1;
const headBytes = 21;
const entityBytes = 11;

export interface EntityState extends Body {
  readonly id: number;
}

export interface Snapshot {
  readonly flags: number;
  readonly tick: number;
  readonly ack: number;
  readonly self: Body;
  readonly others: readonly EntityState[];
}

export function encodeSnapshot({ flags, tick, ack, self, others }: Snapshot): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headBytes + others.length * entityBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, snapshotFrame);
  view.setUint8(1, flags);
  view.setUint32(2, tick, true);
  view.setUint32(6, ack, true);
  view.setFloat32(10, self.x, true);
  view.setFloat32(14, self.y, true);
  view.setUint8(18, self.facing);
  view.setUint16(19, others.length, true);
  others.forEach(({ id, x, y, facing }, index) => {
    const at = headBytes + index * entityBytes;
    view.setUint16(at, id, true);
    view.setFloat32(at + 2, x, true);
    view.setFloat32(at + 6, y, true);
    view.setUint8(at + 10, facing);
  });
  return bytes;
}

/** `undefined` for a frame that is not exactly a snapshot. */
export function decodeSnapshot(bytes: Uint8Array): Snapshot | undefined {
  if (bytes.length < headBytes || bytes[0] !== snapshotFrame) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint16(19, true);
  if (bytes.length !== headBytes + count * entityBytes) return undefined;
  const others = Array.from({ length: count }, (_, index) => {
    const at = headBytes + index * entityBytes;
    return {
      id: view.getUint16(at, true),
      x: view.getFloat32(at + 2, true),
      y: view.getFloat32(at + 6, true),
      facing: view.getUint8(at + 10),
    };
  });
  return {
    flags: view.getUint8(1),
    tick: view.getUint32(2, true),
    ack: view.getUint32(6, true),
    self: { x: view.getFloat32(10, true), y: view.getFloat32(14, true), facing: view.getUint8(18) },
    others,
  };
}
