import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { join } from "node:path";
import type { WorldEntry } from "#shared/manifest.ts";

const settleMs = 150;

/** Calls back with the changed paths (relative, with `/`) once nothing has changed for a moment. */
export function watchFolders(
  root: string,
  folders: readonly string[],
  changed: (paths: readonly string[]) => void,
): Disposable {
  const paths = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const settle = (): void => {
    const settled = [...paths];
    paths.clear();
    changed(settled);
  };
  const watchers = folders.map((folder): FSWatcher =>
    watch(join(root, folder), { recursive: true }, (_event, name) => {
      if (!name || /(^|[\\/])\.|~$/.test(name)) return;
      paths.add(`${folder}/${name.replaceAll("\\", "/")}`);
      clearTimeout(timer);
      timer = setTimeout(settle, settleMs);
    }),
  );
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

type Worlds = Readonly<Record<string, WorldEntry>>;

/** What a new build of the worlds asks for: the worlds whose map is another, or a master that reads them all anew. */
export function compareWorlds(before: Worlds, after: Worlds): "master" | readonly string[] {
  // The master itself goes by everything but the map.
  const seenByMaster = (worlds: Worlds): string =>
    JSON.stringify(Object.entries(worlds).map(([key, entry]) => [key, { ...entry, mapSha256: undefined }]));
  if (seenByMaster(before) !== seenByMaster(after)) return "master";
  return Object.keys(after).filter((key) => before[key]?.mapSha256 !== after[key]?.mapSha256);
}
