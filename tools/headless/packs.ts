import type { ClientDeps } from "#client/app/client.ts";
import { folderStore } from "#client/packs/folder-store.ts";
import { createPackCache } from "#client/packs/pack-cache.ts";
import { memoryStore } from "#client/packs/store.ts";

/** The browser's pack cache, kept in a folder, or in memory without one. */
export function nodePacks(folder?: string): ClientDeps["packs"] {
  const store = folder === undefined ? memoryStore() : folderStore(folder);
  return createPackCache({ name: folder ?? crypto.randomUUID(), store, fetch });
}
