import type { Command } from "../step-player.ts";

/**
 * Commands, client → world, binary, little-endian:
 * `u8 2 · u8 count · u32 first · u16 seen · count × (i8 dx · i8 dy · u8 buttons)`.
 * `first` numbers the first command; the others follow it one by one. `seen` is the tick of the newest snapshot the
 * client has, its low 16 bits: over a line that loses, the world would build on it.
 */
export const commandsFrame = 2;
export const commandsHeadBytes = 8;
export const commandBytes = 3;
export const commandsPerFrame = 60;

export interface Commands {
  readonly first: number;
  readonly seen?: number;
  readonly commands: readonly Command[];
}

export function encodeCommands({ first, seen = 0, commands }: Commands): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(commandsHeadBytes + commands.length * commandBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, commandsFrame);
  view.setUint8(1, commands.length);
  view.setUint32(2, first, true);
  view.setUint16(6, seen, true);
  commands.forEach(({ dx, dy, buttons }, index) => {
    const at = commandsHeadBytes + index * commandBytes;
    view.setInt8(at, dx);
    view.setInt8(at + 1, dy);
    view.setUint8(at + 2, buttons);
  });
  return bytes;
}

/** Whether a frame is exactly a commands frame. Its numbers are then read where they are, by the functions below. */
export function isCommands(bytes: Uint8Array): boolean {
  const count = bytes[1] ?? 0;
  return (
    bytes[0] === commandsFrame &&
    count > 0 &&
    count <= commandsPerFrame &&
    bytes.length === commandsHeadBytes + count * commandBytes
  );
}

export const commandCount = (frame: Uint8Array): number => frame[1] ?? 0;

export function firstCommand(frame: Uint8Array): number {
  return ((frame[2] ?? 0) | ((frame[3] ?? 0) << 8) | ((frame[4] ?? 0) << 16) | ((frame[5] ?? 0) << 24)) >>> 0;
}

/** `dx` and `dy` of the command at `index`. */
export const commandX = (frame: Uint8Array, index: number): number =>
  signed(frame[commandsHeadBytes + index * commandBytes]);
export const commandY = (frame: Uint8Array, index: number): number =>
  signed(frame[commandsHeadBytes + index * commandBytes + 1]);

const signed = (byte = 0): number => (byte << 24) >> 24;

/** `undefined` for a frame that is not exactly a commands frame. */
export function decodeCommands(bytes: Uint8Array): Commands | undefined {
  if (!isCommands(bytes)) return undefined;
  const commands = Array.from({ length: commandCount(bytes) }, (_, index) => ({
    dx: commandX(bytes, index),
    dy: commandY(bytes, index),
    buttons: bytes[commandsHeadBytes + index * commandBytes + 2] ?? 0,
  }));
  return { first: firstCommand(bytes), seen: (bytes[6] ?? 0) | ((bytes[7] ?? 0) << 8), commands };
}
