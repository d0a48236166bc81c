import { cacheStorageStore } from "../src/packs/cache-storage-store.ts";
import { createPackCache } from "../src/packs/pack-cache.ts";
import type { PackInfo } from "../src/packs/pack.ts";

const name = "test:/:world-packs-v1";

/** The page under test: nothing but the pack cache, as the client composes it. */
export interface PacksPage {
  loaded: number;
  /** What became of a pack: how it was had, and its bytes over the network. */
  ensure(info: PackInfo): Promise<{ status: string; bytes: number; isStored: boolean; map: string }>;
}

const cache = createPackCache({ name, store: cacheStorageStore(name), fetch, origin: location.origin });

const page: PacksPage = {
  loaded: 0,
  async ensure(info) {
    const onProgress = (loaded: number): void => void (page.loaded = loaded);
    const { status, bytes, isStored, files } = await cache.ensure(info, { onProgress });
    return { status, bytes, isStored, map: new TextDecoder().decode(files.get("map.json")) };
  },
};

Object.assign(globalThis, { page });
