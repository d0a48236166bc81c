import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PackIndex, WorldEntry } from "#shared/manifest.ts";

const built = fileURLToPath(new URL("../../builds", import.meta.url));
const run = new URL("../cli/run.ts", import.meta.url).href;

type Json = Record<string, unknown>;

/** A copy of what was built, for tests to change under a running master. */
export class TestBuilds {
  readonly #dir = mkdtempSync(join(tmpdir(), "portcade-builds-"));
  /** The program that runs on this copy. */
  readonly entry = join(this.#dir, "server/main.mjs");

  constructor() {
    for (const part of ["server", "world_packs"])
      cpSync(join(built, part), join(this.#dir, part), { recursive: true, preserveTimestamps: true });
    symlinkSync(join(built, "web"), join(this.#dir, "web"));
    writeFileSync(
      this.entry,
      `import { run } from ${JSON.stringify(run)};\nprocess.exit(await run(process.argv.slice(2), import.meta.filename));\n`,
    );
  }

  /** Gives a world these rules: the text of its module. */
  rules(world: string, text: string): void {
    writeFileSync(this.#world(world, "module.mjs"), text);
  }

  /** Changes the map of a world, and with it what the index says of the world. */
  map(world: string, change: (map: Json) => void): void {
    const path = this.#world(world, "map.json");
    const map = read(path) as Json & Pick<WorldEntry, "spawns">;
    change(map);
    const text = JSON.stringify(map);
    writeFileSync(path, text);
    this.index((worlds) => {
      const entry = worlds[world] as WorldEntry;
      worlds[world] = { ...entry, spawns: map.spawns, mapSha256: sha256(text) };
    });
  }

  /** Changes the index of the worlds. */
  index(change: (worlds: Record<string, WorldEntry>) => void): void {
    const path = join(this.#dir, "server/worlds.json");
    const worlds = read(path) as Record<string, WorldEntry>;
    change(worlds);
    writeFileSync(path, JSON.stringify(worlds));
  }

  /** Publishes another pack of a world; with `isCopied` false its bytes have not all arrived yet. */
  pack(world: string, bytes: string, isCopied = true): string {
    const path = join(this.#dir, `world_packs/${world}.zip`);
    writeFileSync(path, isCopied ? bytes : bytes.replaceAll(/./gs, "\0"));
    const index = join(this.#dir, "world_packs/index.json");
    const { packs } = read(index) as PackIndex;
    const mtime = Math.floor(statSync(path).mtimeMs / 1000);
    packs[world] = { file: `${world}.zip`, size: bytes.length, mtime, sha256: sha256(bytes) };
    writeFileSync(index, JSON.stringify({ schema: 1, packs }));
    return sha256(bytes);
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #world(world: string, file: string): string {
    return join(this.#dir, "server/worlds", world, file);
  }
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
