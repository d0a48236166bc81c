/** Reads numbers off a frame, little-endian. Beyond the end everything is 0 and `isShort` turns true: it never throws. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #isShort = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isShort(): boolean {
    return this.#isShort;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    const value = this.#bytes[this.#at++];
    if (value !== undefined) return value;
    this.#isShort = true;
    return 0;
  }

  u16(): number {
    return this.u8() | (this.u8() << 8);
  }

  u24(): number {
    return this.u16() | (this.u8() << 16);
  }

  u32(): number {
    return (this.u24() | (this.u8() << 24)) >>> 0;
  }

  /** Seven bits a byte, low ones first, the eighth says that more follow; at most 3 bytes. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 21; shift += 7) {
      const byte = this.u8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    this.#isShort = true;
    return 0;
  }

  /** A view, not a copy; empty when there is less. */
  bytes(count: number): Uint8Array {
    const from = this.#at;
    this.#at += count;
    if (this.#at <= this.#bytes.length) return this.#bytes.subarray(from, this.#at);
    this.#isShort = true;
    return new Uint8Array();
  }
}
