import type { Command } from "../step-player.ts";

/**
 * Commands, client → world, binary, little-endian:
 * `u8 2 · u8 count · u32 first · count × (i8 dx · i8 dy · u8 buttons)`.
 * `first` numbers the first command; the others follow it one by one.
 */
export const commandsFrame = 2;
const headBytes = 6;
const commandBytes = 3;
export const commandsPerFrame = 60;

export interface Commands {
  readonly first: number;
  readonly commands: readonly Command[];
}

export function encodeCommands({ first, commands }: Commands): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headBytes + commands.length * commandBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, commandsFrame);
  view.setUint8(1, commands.length);
  view.setUint32(2, first, true);
  commands.forEach(({ dx, dy, buttons }, index) => {
    const at = headBytes + index * commandBytes;
    view.setInt8(at, dx);
    view.setInt8(at + 1, dy);
    view.setUint8(at + 2, buttons);
  });
  return bytes;
}

/** `undefined` for a frame that is not exactly a commands frame. */
export function decodeCommands(bytes: Uint8Array): Commands | undefined {
  if (bytes.length < headBytes || bytes[0] !== commandsFrame) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint8(1);
  if (count === 0 || count > commandsPerFrame || bytes.length !== headBytes + count * commandBytes)
    return undefined;
  const commands = Array.from({ length: count }, (_, index) => {
    const at = headBytes + index * commandBytes;
    return { dx: view.getInt8(at), dy: view.getInt8(at + 1), buttons: view.getUint8(at + 2) };
  });
  return { first: view.getUint32(2, true), commands };
}
