import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { compileWorlds } from "#tools/worlds/build.ts";
import { isMain } from "#tools/worlds/is-main.ts";
import { WorldsRefused } from "#tools/worlds/problem.ts";
import { exportPacks } from "./export-packs.ts";
import type { ExportedPack } from "./export-packs.ts";
import { PackRefused } from "./zip.ts";

/** The line that says what became of a pack. */
export function exportLine({ key, size, mtime, sha256, changed }: ExportedPack): string {
  return `WORLD_PACK_EXPORTED key=${key} size=${size} modified_time=${mtime} sha256=${sha256} changed=${changed}`;
}

if (isMain(import.meta.url)) {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { worlds: text, out: text, previous: text } });
  const worldsDir = resolve(values.worlds ?? "worlds");
  try {
    const worlds = compileWorlds(worldsDir);
    const packs = await exportPacks({
      worlds,
      worldsDir,
      outDir: resolve(values.out ?? "builds"),
      previous: values.previous,
    });
    for (const pack of packs) console.log(exportLine(pack));
  } catch (cause) {
    if (!(cause instanceof WorldsRefused || cause instanceof PackRefused)) throw cause;
    console.error(cause.message);
    process.exitCode = 1;
  }
}
