import { join } from "node:path";
import type { Facts } from "#core/facts.ts";
import type { Address } from "#shared/address.ts";
import type { Push } from "#shared/protocol/client-master.ts";
import type { PackInfo } from "#shared/protocol/parts.ts";
import { StartRefused } from "#engine/start-refused.ts";
import type { Transition } from "#engine/ports.ts";
import type { States } from "#adapters/metrics/measured.ts";
import { PackIndexReader } from "#adapters/packs/pack-index.ts";
import { PackShelf } from "#adapters/packs/pack-shelf.ts";
import type { Tell } from "#adapters/ws/upgrade.ts";
import type { Config } from "#server/config.ts";
import type { Layout } from "#server/layout.ts";
import type { Addresses } from "./addresses.ts";
import { BuildRecords } from "./build-records.ts";
import { PackOffers } from "./pack-offers.ts";
import { WorldCatalog, type WorldCatalogOptions } from "./world-catalog.ts";

export interface MasterWorldsOptions extends Pick<WorldCatalogOptions, "report"> {
  readonly config: Config;
  readonly layout: Layout;
  readonly addresses: Addresses;
  readonly tell: Tell;
  /** Tells everybody who plays. */
  readonly announce: (push: Push) => void;
}

/** What there is to play: the worlds and packs on the disk, and those of the launches that live. */
export class MasterWorlds implements AsyncDisposable {
  readonly offers: PackOffers;
  readonly catalog: WorldCatalog;
  /** What machines know of them. */
  readonly facts: Pick<Facts, "worlds" | "packOf" | "offerOf">;
  readonly #packs: PackIndexReader;
  readonly #shelf: PackShelf;

  /** @throws StartRefused */
  constructor({ config, layout, addresses, announce, tell, report }: MasterWorldsOptions) {
    const { dataDir, packDir, newPacks } = config;
    const changed = (world: string, pack: PackInfo | undefined): void =>
      announce({ type: "notice", notice: "pack_changed", world, pack });
    const refuse = (launch: Address<"launch">): void =>
      tell("master:local", launch, { type: "stop", reason: "stopped" });
    this.catalog = new WorldCatalog({
      ...layout,
      packFault: (key) => this.#packs.faultOf(key),
      records: openFolder(join(dataDir, "builds"), (dir) => new BuildRecords(dir)),
      refuse,
      report,
    });
    this.#shelf = openFolder(join(dataDir, "packs"), (dir) => new PackShelf({ dir, report }));
    this.#packs = new PackIndexReader({
      dir: packDir,
      baseUrl: () => addresses.packs,
      onChange: (worlds) => {
        for (const world of worlds)
          if (!this.offers.isOutdated(world)) changed(world, this.#packs.packOf(world));
      },
      report,
    });
    this.offers = new PackOffers({
      packs: this.#packs,
      shelf: this.#shelf,
      baseUrl: () => addresses.ownPacks,
      isAtOnce: newPacks === "at-once",
      onChange: (world) => changed(world, this.offers.offerOf(world)),
    });
    this.facts = {
      worlds: this.catalog.entries,
      packOf: (world) => this.#packs.packOf(world),
      offerOf: (world, sha256) => this.offers.offerOf(world, sha256),
    };
  }

  /** Goes on where the master before this one ended. */
  adopt(states: States): void {
    this.catalog.adopt(states);
    this.offers.adopt(states);
  }

  transition(event: Transition): void {
    this.catalog.transition(event);
    this.offers.transition(event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#packs[Symbol.dispose]();
    await this.#shelf[Symbol.asyncDispose]();
  }
}

function openFolder<T>(dir: string, open: (dir: string) => T): T {
  try {
    return open(dir);
  } catch (error) {
    throw new StartRefused(
      20,
      `the folder ${dir} cannot be used (${(error as Error).message}); see PORTCADE_DATA_DIR`,
    );
  }
}
