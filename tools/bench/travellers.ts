import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHeadless, type Headless } from "#tools/headless/headless.ts";
import { nodePacks } from "#tools/headless/packs.ts";
import { MasterProcess, type MasterSettings } from "#tools/smoke/master-process.ts";

/** A world is stopped and a spare is loaded in less; nothing else tells that a spare is ready. */
const settleMs = 700;

/** Between journeys: nobody who plays meets the limit on control frames, and neither must a measurement. */
const paceMs = 200;

/** A master and players who go back and forth between the hub and the world to its left, through the same two portals. */
export class Travellers implements AsyncDisposable {
  readonly master: MasterProcess;
  readonly #players: Headless[] = [];
  /** The newest of each player. */
  readonly #samples = new Map<number, string>();
  #wake = (): void => {};
  readonly #folder = mkdtempSync(join(tmpdir(), "portcade-bench-"));

  constructor(settings: MasterSettings["settings"] = {}) {
    const logFile = join(this.#folder, "master.log");
    this.master = new MasterProcess({ dataDir: join(this.#folder, "data"), logFile, settings });
  }

  /** Everybody has been in both worlds, has both packs, and stands in the hub on the portal to the left. */
  async open(count: number): Promise<void> {
    await this.master.ready();
    for (let n = 0; n < count; n++) {
      const log = (line: string): void => void (line.startsWith("PERF_SAMPLE") && this.#sampled(n, line));
      this.#players.push(createHeadless({ master: this.master.url, packs: nodePacks(), log }));
    }
    await Promise.all(this.#players.map((player) => player.inWorld("hub")));
    await Promise.all(this.#players.map((player) => player.travelTo("left_world")));
    await this.goAtOnce();
  }

  /** All through the portal they stand on, at the same moment: milliseconds from `portal.use` to the first state. */
  async goAtOnce(): Promise<number[]> {
    const times = await Promise.all(this.#players.map((player) => this.#go(player)));
    await pause(paceMs);
    return times;
  }

  /** The same; then the world they left is stopped, and the next one can be started fast. */
  async goCold(): Promise<number[]> {
    const from = this.master.lines.length;
    const left = this.#players[0]?.view.world?.key;
    const times = await Promise.all(this.#players.map((player) => this.#go(player)));
    await this.master.until(new RegExp(`MASTER_WORLD_STOPPED key=${left} `), 20_000, from);
    await pause(settleMs);
    return times;
  }

  /** Everybody walks from world to world. */
  async tour(worlds: readonly string[]): Promise<void> {
    for (const world of worlds) await Promise.all(this.#players.map((player) => player.travelTo(world)));
  }

  /** The average of one of the client's own latencies, over all players; from samples, so it waits for them. */
  async average(latency: string): Promise<number> {
    this.#samples.clear();
    while (this.#samples.size < this.#players.length)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    const values = [...this.#samples.values()].map((line) =>
      Number(new RegExp(` ${latency}_msec=([\\d.]+)`).exec(line)?.[1]),
    );
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }

  async say(): Promise<number[]> {
    return Promise.all(this.#players.map((player) => player.say()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#players.map((player) => player[Symbol.asyncDispose]()));
    await this.master.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #sampled(player: number, line: string): void {
    this.#samples.set(player, line);
    this.#wake();
  }

  async #go(player: Headless): Promise<number> {
    const to = player.view.world?.key === "hub" ? "left_world" : "hub";
    const problem = player.view.problem?.key;
    player.client.use();
    const view = await player.until(
      (view) => (view.state === "in-world" && view.world?.key === to) || view.problem?.key !== problem,
      `travel to ${to}`,
    );
    if (view.world?.key !== to) throw new Error(`travel to ${to}: ${view.problem?.reason}`);
    return view.network.transferMs ?? Number.NaN;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
