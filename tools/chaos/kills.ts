import { afterAll, atRest, nobodyLost } from "./laws.ts";
import type { Luck } from "./luck.ts";
import { Site } from "./site.ts";
import { cut, freezeMaster, freezeWorld, killMaster, killWorld } from "./strikes.ts";
import type { Tally } from "./tally.ts";
import type { Undo } from "./undo.ts";
import { now } from "./wait.ts";

export interface KillsOptions {
  /** How many processes to kill, worlds and masters together. */
  readonly kills: number;
  readonly players: number;
  readonly tally: Tally;
  readonly luck: Luck;
  readonly undo: Undo;
}

/** What share of all strikes these are; the rest are worlds that are killed. */
const rareStrikes: readonly (readonly [share: number, strike: (site: Site) => Promise<unknown>])[] = [
  [0.2, (site) => killMaster(site)],
  [0.15, (site) => cut(site)],
  [0.03, (site) => freezeWorld(site)],
  [0.03, (site) => freezeMaster(site)],
  [0.02, (site) => Promise.all([killMaster(site), killWorld(site)])],
];
const reportMs = 10_000;

/** Players play, and one thing after the other is broken under them; after each, everybody gets well. */
export async function runKills({ kills, players, tally, luck, undo }: KillsOptions): Promise<void> {
  const site = await Site.open({ name: "kills", tally, luck, undo, players, processes: 2 });
  const goal = tally.worldKills + tally.masterKills + kills;
  let reportAt = now() + reportMs;
  while (tally.worldKills + tally.masterKills < goal) {
    await site.players.all({ do: "play" });
    await strike(site);
    await nobodyLost(site);
    if (now() > reportAt) {
      reportAt = now() + reportMs;
      console.log(tally.text);
    }
  }
  await atRest(site);
  await afterAll(site);
  await site[Symbol.asyncDispose]();
}

async function strike(site: Site): Promise<void> {
  const luck = site.luck.next();
  let sum = 0;
  const rare = rareStrikes.find(([share]) => luck < (sum += share));
  await (rare ? rare[1](site) : killWorld(site));
}
