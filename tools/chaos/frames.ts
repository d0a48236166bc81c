/** Where a chunk of a WebSocket connection ends a frame, and what that frame says. */
export interface Piece {
  readonly bytes: Buffer;
  /** The `type` of the JSON object in it; absent for the handshake and for binary and control frames. */
  readonly type?: string;
  readonly text?: string;
}

const textOpcode = 1;

/** Cuts one direction of a WebSocket connection, handshake first, into frames. Bytes pass as they came. */
export class FrameCutter {
  #waiting = Buffer.alloc(0);
  #isOpen = false;

  *take(chunk: Buffer): Generator<Piece> {
    this.#waiting = Buffer.concat([this.#waiting, chunk]);
    for (;;) {
      const length = this.#isOpen ? frameLength(this.#waiting) : handshakeLength(this.#waiting);
      if (length === undefined || this.#waiting.length < length) return;
      const bytes = this.#waiting.subarray(0, length);
      this.#waiting = this.#waiting.subarray(length);
      if (this.#isOpen) yield pieceOf(bytes);
      else yield { bytes };
      this.#isOpen = true;
    }
  }
}

function handshakeLength(bytes: Buffer): number | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  return end < 0 ? undefined : end + 4;
}

/** Of the whole frame; `undefined` while its head is not whole. */
function frameLength(bytes: Buffer): number | undefined {
  const head = headOf(bytes);
  return head && head.start + head.size;
}

function headOf(bytes: Buffer): { start: number; size: number; mask: Buffer | undefined } | undefined {
  const second = bytes[1];
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  const isMasked = (second & 0x80) !== 0;
  const maskAt = short === 126 ? 4 : short === 127 ? 10 : 2;
  const start = maskAt + (isMasked ? 4 : 0);
  if (bytes.length < start) return undefined;
  const size =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  return { start, size, mask: isMasked ? bytes.subarray(maskAt, start) : undefined };
}

function pieceOf(bytes: Buffer): Piece {
  const head = headOf(bytes);
  if (!head || ((bytes[0] ?? 0) & 0x0f) !== textOpcode) return { bytes };
  const payload = Buffer.from(bytes.subarray(head.start));
  if (head.mask)
    for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (head.mask[i % 4] ?? 0);
  const text = payload.toString();
  const type = /"type":"([a-z.]+)"/i.exec(text)?.[1];
  return { bytes, text, ...(type !== undefined && { type }) };
}
