import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Launch } from "#core/world/launch.ts";
import type { World } from "#core/world/world.ts";
import { StartRefused } from "#engine/start-refused.ts";
import type { Transition } from "#engine/ports.ts";
import type { Layout } from "#server/layout.ts";
import { readWorlds } from "#server/worlds.ts";
import type { States } from "#adapters/metrics/measured.ts";
import { type Address, idOf, kindOf } from "#shared/address.ts";
import type { WorldEntry } from "#shared/manifest.ts";
import type { Begun, BuildRecords } from "./build-records.ts";

export interface WorldCatalogOptions extends Pick<Layout, "worldIndex" | "worldsDir"> {
  /** What is wrong with a world's pack; `undefined` when nothing is. */
  readonly packFault: (world: string) => Promise<string | undefined>;
  readonly records: BuildRecords;
  /** An heir that nobody has to start: what lies on the disk is wrong. */
  readonly refuse: (launch: Address<"launch">) => void;
  readonly report: (event: string, fields: Readonly<Record<string, string | number | undefined>>) => void;
}

/**
 * The worlds as their launches know them. A launch reads the files of its world when it gets its order, so its
 * entry of the index is read then too, and holds from the moment newcomers are sent to that launch: an heir that
 * fails changes nothing. The keys are those of the start.
 */
export class WorldCatalog {
  readonly #options: WorldCatalogOptions;
  readonly #entries: Map<string, WorldEntry>;
  /** By launch, while it lives. */
  readonly #begun = new Map<string, Begun>();

  /** @throws StartRefused when there are no worlds, or not the first one */
  constructor(options: WorldCatalogOptions) {
    this.#options = options;
    this.#entries = new Map(readWorlds(options.worldIndex));
  }

  get entries(): ReadonlyMap<string, WorldEntry> {
    return this.#entries;
  }

  /** Goes on where the master before this one ended. */
  adopt(states: States): void {
    const living = new Set(Array.from(states("launch"), ([address]) => idOf(address)));
    for (const [launch, begun] of this.#options.records.read(living)) this.#begun.set(launch, begun);
    for (const [address, state] of states("world")) this.#lead(idOf(address), state as World);
  }

  /** The files a launch was started with, as a short hash; unknown when they could not be read. */
  buildOf(launch: string): string | undefined {
    return this.#begun.get(launch)?.build;
  }

  /** The files that lie on the disk now; unknown when one cannot be read. */
  buildOnDisk(world: string): string | undefined {
    try {
      return shortHash(["map.json", "world.json", "module.mjs"].map((file) => this.#read(world, file)));
    } catch {
      return undefined;
    }
  }

  /** Why a launch of what lies on the disk would be wrong, in plain words; `undefined` when it would not. */
  async check(world: string): Promise<string | undefined> {
    return this.#fault(world) ?? (await this.#options.packFault(world));
  }

  /** A launch has been ordered, has become the one newcomers are sent to, or has ended. */
  transition({ id, input, after, state }: Transition): void {
    const kind = kindOf(id);
    if (kind === "world" && after === "open") this.#lead(idOf(id), state as World);
    if (kind !== "launch") return;
    if (after === "absent") {
      this.#begun.delete(idOf(id));
      this.#options.records.forget(idOf(id));
    } else if (input === "recalled" && after === "starting")
      this.#begin(id as Address<"launch">, state as Launch);
  }

  #begin(address: Address<"launch">, { world, isHeir }: Launch): void {
    const { records, refuse, report } = this.#options;
    const launch = idOf(address);
    let entry: WorldEntry | undefined;
    try {
      entry = this.#entryOnDisk(world);
    } catch (error) {
      // The launch will say for itself what is wrong with its files.
      report("worlds.refused", { world, reason: (error as Error).message });
    }
    const begun = { entry, build: this.buildOnDisk(world) };
    this.#begun.set(launch, begun);
    try {
      records.write(launch, begun);
    } catch (error) {
      // The next master will not know its build; it plays as well without.
      report("host.failed", { world, reason: (error as Error).message });
    }
    // Whoever asked for it has looked before, but for those who have a pack that no launch has.
    const fault = isHeir ? this.#fault(world) : undefined;
    if (fault === undefined) return;
    report("worlds.refused", { world, reason: fault });
    refuse(address);
  }

  #lead(world: string, state: World): void {
    if (state.phase !== "open" && state.phase !== "closed") return;
    const entry = this.#begun.get(idOf(state.launch))?.entry;
    if (entry) this.#entries.set(world, entry);
  }

  /** What is wrong with a world on the disk besides its pack, in plain words. */
  #fault(world: string): string | undefined {
    try {
      const entry = this.#entryOnDisk(world);
      const unknown = Object.values(entry.portals).find(({ target }) => !this.#entries.has(target));
      if (unknown)
        return `a portal leads to ${unknown.target}, which needs a restart of the master to be known`;
      return sha256([this.#read(world, "map.json")]) === entry.mapSha256
        ? undefined
        : "its map.json is not the one that worlds.json speaks of: the build is not complete";
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** @throws with a reason in plain words */
  #entryOnDisk(world: string): WorldEntry {
    const entry = readWorlds(this.#options.worldIndex).get(world);
    if (!entry) throw new StartRefused(0, `${this.#options.worldIndex} holds no world ${world} any more`);
    return entry;
  }

  /** Not every world has every file. */
  #read(world: string, file: string): Uint8Array | undefined {
    try {
      return readFileSync(join(this.#options.worldsDir, world, file));
    } catch (error) {
      if (file === "module.mjs" && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }
}

function sha256(parts: readonly (Uint8Array | undefined)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part ?? "");
  return hash.digest("hex");
}

const shortHash = (parts: readonly (Uint8Array | undefined)[]): string => sha256(parts).slice(0, 8);
