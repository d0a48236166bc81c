import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHeadless, type Headless } from "#tools/headless/headless.ts";
import { nodePacks } from "#tools/headless/packs.ts";
import { report } from "./load-process.ts";

/** So many play for so long, and what their journeys take is told; with nobody it is over. */
export interface SmallOrder {
  readonly players: number;
  readonly windowMs: number;
}

export interface SmallWindow {
  readonly type: "played";
  /** From `portal.use` to the first state of the other world, of every journey that ended in the window. */
  readonly journeysMs: readonly number[];
  /** Journeys that did not come to that, and why. */
  readonly failures: readonly string[];
}

/** Milliseconds from one newcomer to the next, and until those who are in have found their pace. */
const gapMs = 100;
const settleMs = 3_000;
/** A journey that takes longer has failed. */
const patienceMs = 20_000;
/** A portal can be used from farther away. */
const nearUnits = 24;

/** Players who are always on their way: to a portal, through it, to the next. */
class Crowd implements AsyncDisposable {
  readonly #master: string;
  readonly #players: Headless[] = [];
  /** What one has downloaded the others have too: journeys are measured, not downloads. */
  readonly #packs = mkdtempSync(join(tmpdir(), "portcade-bench-packs-"));
  #journeysMs: number[] = [];
  #failures: string[] = [];
  #isOver = false;

  constructor(master: string) {
    this.#master = master;
  }

  /** Somebody goes everywhere, so that every world runs. */
  async open(): Promise<void> {
    const guide = await this.#enter();
    for (const world of ["left_world", "top_world", "right_world", "hub"]) await guide.travelTo(world);
    void this.#wander(guide);
  }

  async play({ players, windowMs }: SmallOrder): Promise<SmallWindow> {
    while (this.#players.length < players) {
      void this.#wander(await this.#enter());
      await pause(gapMs);
    }
    await pause(settleMs);
    this.#journeysMs = [];
    this.#failures = [];
    await pause(windowMs);
    return { type: "played", journeysMs: this.#journeysMs, failures: this.#failures };
  }

  async #enter(): Promise<Headless> {
    const player = createHeadless({ master: this.#master, packs: nodePacks(this.#packs), patienceMs });
    this.#players.push(player);
    await player.inWorld();
    return player;
  }

  async #wander(player: Headless): Promise<void> {
    while (!this.#isOver) {
      try {
        const portals = Object.values(player.client.loaded?.map.portals ?? {});
        const portal = portals[Math.floor(Math.random() * portals.length)];
        if (!portal) throw new Error(`no portal leads out of ${player.view.world?.key ?? "nowhere"}`);
        await player.walkTo(portal, nearUnits);
        await player.travelTo(portal.target);
        this.#journeysMs.push(player.view.network.transferMs ?? Number.NaN);
      } catch (error) {
        this.#failures.push((error as Error).message);
        // Whoever fails at once is not to fail as fast as it can.
        await pause(gapMs);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#players.map((player) => player[Symbol.asyncDispose]()));
    rmSync(this.#packs, { recursive: true, force: true });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function main({ master }: { master: string }): Promise<void> {
  // Certificates of the bench's own Caddy are nobody's to trust.
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  await using crowd = new Crowd(master);
  await crowd.open();
  let order = await report<SmallOrder>({ type: "ready" });
  while (order.players > 0) order = await report<SmallOrder>(await crowd.play(order));
}

main(JSON.parse(process.argv[2] ?? "{}") as { master: string }).catch((error: unknown) => {
  process.send?.({ type: "failed", reason: error instanceof Error ? error.message : String(error) });
});
