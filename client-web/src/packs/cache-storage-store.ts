import { memoryStore, StoreFull } from "./store.ts";
import type { PackStore } from "./store.ts";

const prefix = "/__packs/";

/**
 * Packs in the browser's Cache Storage, or in memory where there is none (an insecure origin).
 *
 * @param name of the cache. Sites of one owner may share an origin: it should carry the site's base path.
 */
export function cacheStorageStore(
  name: string,
  storage = globalThis.caches as CacheStorage | undefined,
): PackStore {
  if (!storage) return memoryStore();
  const open = (): Promise<Cache> => storage.open(name);
  return {
    async get(path) {
      const response = await (await open()).match(prefix + path);
      if (!response) return undefined;
      const tag = response.headers.get("x-etag") ?? undefined;
      return { bytes: new Uint8Array(await response.arrayBuffer()), tag };
    },
    async put(path, bytes, tag) {
      const headers = { "x-size": String(bytes.byteLength), ...(tag && { "x-etag": tag }) };
      try {
        await (await open()).put(prefix + path, new Response(bytes, { headers }));
      } catch (cause) {
        const isFull = cause instanceof DOMException && cause.name === "QuotaExceededError";
        throw isFull ? new StoreFull("The browser's storage is full", { cause }) : cause;
      }
    },
    async delete(path) {
      await (await open()).delete(prefix + path);
    },
    async list() {
      const cache = await open();
      const requests = await cache.keys();
      return Promise.all(
        requests.map(async (request) => {
          const path = new URL(request.url).pathname.slice(prefix.length);
          const response = await cache.match(request);
          return { path, size: Number(response?.headers.get("x-size") ?? 0) };
        }),
      );
    },
    async quota() {
      return (await navigator.storage?.estimate?.())?.quota;
    },
  };
}
