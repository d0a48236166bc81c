/** A pack as the server vouches for it. */
export interface PackInfo {
  /** The world's key: letters, digits, `_` and `-`. */
  readonly key: string;
  readonly url: string;
  /** Where the very same bytes may be had when they are not, or not any more, under `url`. */
  readonly elsewhere?: string | undefined;
  /** Bytes. */
  readonly size: number;
  /** Unix seconds, whole. */
  readonly mtime: number;
  /** 64 lower-case hex digits; without one, size and mtime say whether a stored pack still holds. */
  readonly sha256?: string | undefined;
}

/** What is kept beside a stored pack. It is written last: a pack without one is not there. */
export interface PackRecord extends PackInfo {
  readonly v: 1;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  readonly usedAt: number;
}

/** Why there is no pack. A cancelled one rejects with the reason of its signal instead. */
export type PackFailure =
  /** The description itself cannot be true, or the file is not a readable ZIP. */
  | "invalid"
  /** The host says that there is no such file, or that it is not for us. */
  | "missing"
  /** What came is not what was promised. */
  | "integrity"
  /** Nothing, or not all, came. */
  | "network";

export class PackError extends Error {
  override readonly name = "PackError";
  readonly reason: PackFailure;

  constructor(reason: PackFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Throws `PackError` for a description that nothing true could match. */
export function checkInfo(info: PackInfo, maxBytes: number): void {
  const isSound =
    /^[A-Za-z0-9_-]{1,64}$/.test(info.key) &&
    Number.isSafeInteger(info.mtime) &&
    Number.isSafeInteger(info.size) &&
    info.size > 0 &&
    info.size <= maxBytes &&
    (info.sha256 === undefined || /^[0-9a-f]{64}$/.test(info.sha256));
  if (!isSound)
    throw new PackError("invalid", `The description of pack ${JSON.stringify(info.key)} is not sound`);
}

/** The name a pack's bytes are stored under. */
export const bodyId = ({ sha256, size, mtime }: PackInfo): string => sha256 ?? `${size}-${mtime}`;

/** The record in these bytes, or nothing when they are not one. */
export function parseRecord(bytes: Uint8Array | undefined): PackRecord | undefined {
  if (!bytes) return undefined;
  try {
    const record = JSON.parse(new TextDecoder().decode(bytes)) as PackRecord;
    const numbers = [record.size, record.mtime, record.storedAt, record.usedAt];
    return record.v === 1 && numbers.every(Number.isFinite) ? record : undefined;
  } catch {
    return undefined;
  }
}
