import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { makeFolder } from "#adapters/make-folder.ts";
import { worldEntry } from "#shared/manifest.ts";

/** What a launch was started with. */
const begun = z.strictObject({
  /** What the index of the worlds said of its world; absent when it could not be read. */
  entry: worldEntry.optional(),
  /** The files of its world, as a short hash; absent when one could not be read. */
  build: z.string().max(64).optional(),
});
export type Begun = z.infer<typeof begun>;

/** What living launches were started with, kept so that the next master knows it too: `<dir>/<launch>.json`. */
export class BuildRecords {
  readonly #dir: string;

  /** @throws the system's error when the folder cannot be made */
  constructor(dir: string) {
    this.#dir = dir;
    makeFolder(dir, 0o700);
  }

  /** @throws the system's error when the disk takes no file */
  write(launch: string, record: Begun): void {
    const path = this.#path(launch);
    writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  forget(launch: string): void {
    rmSync(this.#path(launch), { force: true });
  }

  /** Those of the launches that live, by launch; all other files go. */
  read(living: ReadonlySet<string>): Map<string, Begun> {
    const records = new Map<string, Begun>();
    for (const name of readdirSync(this.#dir)) {
      const launch = name.endsWith(".json") ? name.slice(0, -".json".length) : "";
      const read = living.has(launch) ? begun.safeParse(this.#parse(launch)) : undefined;
      if (read?.success) records.set(launch, read.data);
      else rmSync(join(this.#dir, name), { force: true, recursive: true });
    }
    return records;
  }

  #parse(launch: string): unknown {
    try {
      return JSON.parse(readFileSync(this.#path(launch), "utf8")) as unknown;
    } catch {
      return undefined;
    }
  }

  #path(launch: string): string {
    return join(this.#dir, `${launch}.json`);
  }
}
