import { PackError } from "./pack.ts";

export interface ZipLimits {
  readonly entries: number;
  /** Bytes of all files together, unpacked. */
  readonly unpackedBytes: number;
}

export const zipLimits: ZipLimits = { entries: 4096, unpackedBytes: 256 * 1024 * 1024 };

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where its local header starts. */
  readonly at: number;
}

const endSize = 22;
const centralSize = 46;
const localSize = 30;

/**
 * Reads a ZIP as packs use it: stored or deflated, no encryption, no ZIP64.
 * Rejects with `PackError` for anything that is not exactly that; nothing in the bytes is trusted.
 */
export async function readZip(
  bytes: Uint8Array<ArrayBuffer>,
  limits: ZipLimits = zipLimits,
): Promise<Map<string, Uint8Array>> {
  const entries = readDirectory(bytes, limits);
  const files = entries.map(async (entry): Promise<[string, Uint8Array]> => [
    entry.name,
    await unpack(entry, bytes),
  ]);
  return new Map(await Promise.all(files));
}

function readDirectory(bytes: Uint8Array<ArrayBuffer>, limits: ZipLimits): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  must(view.getUint32(end + 4, true) === 0 && view.getUint16(end + 8, true) === count, "is in several parts");
  must(start + view.getUint32(end + 12, true) === end, "has a directory out of place");
  must(count <= limits.entries, "has too many files");
  const entries: Entry[] = [];
  let unpacked = 0;
  let at = start;
  for (let n = 0; n < count; n++) {
    must(at + centralSize <= end && view.getUint32(at, true) === 0x02014b50, "has a broken directory");
    const nameSize = view.getUint16(at + 28, true);
    const next = at + centralSize + nameSize + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    must(next <= end, "has a broken directory");
    const entry = readEntry(view, at, nameSize);
    unpacked += entry.size;
    must(unpacked <= limits.unpackedBytes, "is too large unpacked");
    if (!entry.name.endsWith("/")) entries.push(entry);
    at = next;
  }
  must(at === end, "has a broken directory");
  must(new Set(entries.map(({ name }) => name)).size === entries.length, "names a file twice");
  return entries;
}

/** The end record is last but for a comment of at most 64 KiB. */
function findEnd(view: DataView): number {
  const last = view.byteLength - endSize;
  for (let at = last; at >= 0 && at >= last - 0xffff; at--)
    if (
      view.getUint32(at, true) === 0x06054b50 &&
      at + endSize + view.getUint16(at + 20, true) === view.byteLength
    )
      return at;
  throw broken("is not a ZIP");
}

function readEntry(view: DataView, at: number, nameSize: number): Entry {
  const name = decodeName(new Uint8Array(view.buffer, view.byteOffset + at + centralSize, nameSize));
  const method = view.getUint16(at + 10, true);
  const [crc, packed, size] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true)) as [
    number,
    number,
    number,
  ];
  must((view.getUint16(at + 8, true) & 1) === 0, "is encrypted");
  must(method === 8 || (method === 0 && packed === size), `packs ${name} in an unknown way`);
  return { name, method, crc, packed, size, at: view.getUint32(at + 42, true) };
}

function decodeName(bytes: Uint8Array): string {
  let name;
  try {
    name = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw broken("names a file in no known letters");
  }
  must(
    !/^\/|\\|\0|(^|\/)\.{0,2}(\/|$)/.test(name.replace(/\/$/, "")),
    `names a file ${JSON.stringify(name)}`,
  );
  return name;
}

async function unpack(entry: Entry, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const { name, at, method, packed, size } = entry;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  must(at + localSize <= bytes.length && view.getUint32(at, true) === 0x04034b50, `has lost ${name}`);
  const start = at + localSize + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  must(start + packed <= bytes.length, `has lost a part of ${name}`);
  const data = bytes.subarray(start, start + packed);
  const file = method === 0 ? data : await inflate(data, size, name);
  must(crc32(file) === entry.crc, `holds a damaged ${name}`);
  return file;
}

/** Inflates into exactly `size` bytes; more or less than promised is refused before it takes memory. */
async function inflate(data: Uint8Array<ArrayBuffer>, size: number, name: string): Promise<Uint8Array> {
  const file = new Uint8Array(size);
  let filled = 0;
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      must(filled + read.value.length <= size, `unpacks ${name} to more than it says`);
      file.set(read.value, filled);
      filled += read.value.length;
    }
  } catch (cause) {
    // Without this the stream would go on inflating to nobody.
    reader.cancel().catch(() => undefined);
    throw cause instanceof PackError ? cause : broken(`holds a damaged ${name}`, cause);
  }
  must(filled === size, `unpacks ${name} to less than it says`);
  return file;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw broken(otherwise);
}

const broken = (how: string, cause?: unknown): PackError =>
  new PackError("invalid", `The pack ${how}`, { cause });
