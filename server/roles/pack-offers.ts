import type { World } from "#core/world/world.ts";
import type { States } from "#adapters/metrics/measured.ts";
import type { PackFile, PackIndexReader } from "#adapters/packs/pack-index.ts";
import type { PackShelf } from "#adapters/packs/pack-shelf.ts";
import { idOf, kindOf } from "#shared/address.ts";
import type { Transition } from "#engine/ports.ts";
import type { PackInfo } from "#shared/protocol/parts.ts";

export interface PackOffersOptions {
  readonly packs: Pick<PackIndexReader, "packOf" | "fileOf" | "fileOfWorld" | "hashes" | "text">;
  readonly shelf: PackShelf;
  /** Where this master itself serves packs, without a trailing slash; read at every lookup. */
  readonly baseUrl: () => string;
  /** New packs are on offer at once, whatever launches there are. */
  readonly isAtOnce: boolean;
  /** Another pack is on offer: the world's launch was taken over from. */
  readonly onChange: (world: string) => void;
}

/**
 * Which pack whoever goes to a world is to have: that of the launch that takes them. A new one in the folder of packs
 * comes on offer with a launch of it; until then the old one can be had from its copy.
 */
export class PackOffers {
  readonly #options: PackOffersOptions;
  /** World → hash of the pack of the launch that takes newcomers. */
  readonly #leading = new Map<string, string>();

  constructor(options: PackOffersOptions) {
    this.#options = options;
  }

  /** Goes on where the master before this one ended. */
  adopt(states: States): void {
    for (const [address, state] of states("world")) this.#lead(idOf(address), state as World);
    this.#tidy();
  }

  /** The pack on offer; with `sha256` that very one, as long as it can be had. */
  offerOf(world: string, sha256?: string): PackInfo | undefined {
    const { packs, shelf, baseUrl } = this.#options;
    const wanted = sha256 ?? this.#leading.get(world);
    const newest = packs.packOf(world);
    if (wanted === undefined || newest?.sha256 === wanted) return newest;
    const kept = shelf.get(wanted);
    if (!kept) return sha256 === undefined ? newest : undefined;
    return { url: `${baseUrl()}/${wanted}.zip`, size: kept.size, mtime: kept.mtime, sha256: wanted };
  }

  /** Whether the folder of packs holds another pack than players get. */
  isOutdated(world: string): boolean {
    const offer = this.#leading.get(world);
    const newest = this.#options.packs.packOf(world)?.sha256;
    return offer !== undefined && newest !== undefined && newest !== offer;
  }

  /** A pack by its file name, for serving it. */
  fileOf(name: string): PackFile | undefined {
    return this.#options.packs.fileOf(name) ?? this.#options.shelf.fileOf(name);
  }

  /** The index, for serving it. */
  get text(): string | undefined {
    return this.#options.packs.text;
  }

  /** A world has got a launch, or another one, or none any more. */
  transition({ id, state }: Transition): void {
    if (kindOf(id) !== "world") return;
    const world = idOf(id);
    const before = this.#leading.get(world);
    if (!this.#lead(world, state as World | undefined)) return;
    this.#tidy();
    if (before !== undefined && this.#leading.has(world)) this.#options.onChange(world);
  }

  /** @returns whether that is another pack than before */
  #lead(world: string, state: World | undefined): boolean {
    const before = this.#leading.get(world);
    const leads = state?.phase === "open" ? state.pack : state?.phase === "closed" ? before : undefined;
    if (leads === before || this.#options.isAtOnce) return false;
    if (leads === undefined) this.#leading.delete(world);
    else this.#leading.set(world, leads);
    const { packs, shelf } = this.#options;
    const file = packs.fileOfWorld(world);
    if (file && file.sha256 === leads) shelf.keep(file);
    return true;
  }

  /** Copies of what the folder still has are kept too: the next launch of it needs none made. */
  #tidy(): void {
    const { packs, shelf } = this.#options;
    shelf.retain(new Set([...this.#leading.values(), ...packs.hashes]));
  }
}
