/** Bytes under a path such as `hub/record.json`. `tag` is kept with them: a segment's ETag. */
export interface Stored {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly tag?: string | undefined;
}

/**
 * Where packs are kept. Every method may reject: to the cache a store that cannot be read is empty, and one that
 * cannot be written means playing from memory.
 */
export interface PackStore {
  get(path: string): Promise<Stored | undefined>;
  /** Rejects with `StoreFull` when there is no room. */
  put(path: string, bytes: Uint8Array<ArrayBuffer>, tag?: string): Promise<void>;
  delete(path: string): Promise<void>;
  /** Every path, with the size in bytes of what is stored there. */
  list(): Promise<readonly { readonly path: string; readonly size: number }[]>;
  /** Bytes this site may store, where known. */
  quota?(): Promise<number | undefined>;
}

export class StoreFull extends Error {
  override readonly name = "StoreFull";
}

/** For tests, and for pages that may store nothing. */
export function memoryStore(): PackStore {
  const entries = new Map<string, Stored>();
  return {
    get: async (path) => entries.get(path),
    put: async (path, bytes, tag) => void entries.set(path, { bytes, tag }),
    delete: async (path) => void entries.delete(path),
    list: async () => [...entries].map(([path, { bytes }]) => ({ path, size: bytes.byteLength })),
  };
}
