/** A frame being written, little-endian. It keeps its memory from one frame to the next. */
export class FrameBytes {
  bytes: Uint8Array;
  at = 0;
  readonly #room: number;

  constructor(room = 16_384) {
    this.#room = room;
    this.bytes = new Uint8Array(room);
  }

  /** Makes room for `count` bytes more. */
  reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const bytes = new Uint8Array(2 ** Math.ceil(Math.log2(this.at + count)));
    bytes.set(this.bytes.subarray(0, this.at));
    this.bytes = bytes;
  }

  /** Somebody else keeps the memory: goes on with new one, no larger than at first. */
  renew(): void {
    this.bytes = new Uint8Array(this.#room);
  }

  u8(value: number): void {
    this.bytes[this.at++] = value;
  }

  u16(value: number): void {
    this.u8(value);
    this.u8(value >> 8);
  }

  u24(value: number): void {
    this.u16(value);
    this.u8(value >> 16);
  }

  u32(value: number): void {
    this.u24(value);
    this.u8(value >>> 24);
  }

  varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest >>= 7) this.u8((rest & 0x7f) | 0x80);
    this.u8(rest);
  }

  put(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }
}
