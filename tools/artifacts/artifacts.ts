import { lstatSync, readFileSync } from "node:fs";
import type { Stats } from "node:fs";
import { join } from "node:path";
import { readZip } from "#client/packs/zip.ts";
import { packIndex, worldIndex } from "#shared/manifest.ts";
import type { PackIndex, WorldEntry } from "#shared/manifest.ts";
import { listFiles, readManifest } from "./manifest.ts";
import type { DeploymentManifest } from "./manifest.ts";

/** A release on the disk, read as rules ask for it. What cannot be read throws, and fails the rule that asked. */
export class Artifacts {
  /** The folder of the manifest. */
  readonly dir: string;
  /** The checkout it was built from. */
  readonly root: string;
  readonly #texts = new Map<string, string>();

  constructor({ dir, root }: { readonly dir: string; readonly root: string }) {
    this.dir = dir;
    this.root = root;
  }

  /** Paths of everything in the release's folders, sorted. */
  get files(): readonly string[] {
    return listFiles(this.dir);
  }

  get manifest(): DeploymentManifest {
    return readManifest(this.dir);
  }

  /** What the master knows of each world, by key. */
  get worlds(): Readonly<Record<string, WorldEntry>> {
    return worldIndex.parse(JSON.parse(this.text("server/worlds.json")));
  }

  get packs(): PackIndex["packs"] {
    return packIndex.parse(JSON.parse(this.text("world_packs/index.json"))).packs;
  }

  /** The files in a world's pack, by path. */
  async unpack(key: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return readZip(new Uint8Array(this.bytes(`world_packs/${key}.zip`)));
  }

  bytes(path: string): Buffer {
    return readFileSync(join(this.dir, path));
  }

  text(path: string): string {
    const text = this.#texts.get(path) ?? this.bytes(path).toString();
    this.#texts.set(path, text);
    return text;
  }

  /** Of the file itself, not of what a link leads to. */
  stat(path: string): Stats {
    return lstatSync(join(this.dir, path));
  }

  /** Every file, in the folders and in the packs, whose name matches: where it lies, and what it says. */
  async texts(name: RegExp): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const path of this.files) if (name.test(path)) found.set(path, this.text(path));
    for (const key of Object.keys(this.packs))
      for (const [path, bytes] of await this.unpack(key))
        if (name.test(path)) found.set(`world_packs/${key}.zip:${path}`, Buffer.from(bytes).toString());
    return found;
  }
}
