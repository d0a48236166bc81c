import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256, writeIfChanged } from "#tools/worlds/output.ts";
import { stableJson } from "#tools/worlds/stable-json.ts";
import type { Entries } from "./zip.ts";

const place = (outDir: string): string => join(outDir, ".stamps", "packs.json");

/** A digest over everything a pack is made of. */
export function stampOf(entries: Entries): string {
  const digest = createHash("sha256");
  for (const path of [...entries.keys()].sort())
    digest.update(`${path}\0${sha256(entries.get(path) ?? "")}\0`);
  return digest.digest("hex");
}

/** What each pack was last made of. A stamp that cannot be read only means more work. */
export function readStamps(outDir: string): Map<string, string> {
  if (!existsSync(place(outDir))) return new Map();
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(place(outDir), "utf8")) as Record<string, string>));
  } catch {
    return new Map();
  }
}

export function writeStamps(outDir: string, stamps: ReadonlyMap<string, string>): void {
  writeIfChanged(place(outDir), stableJson(Object.fromEntries(stamps)));
}
