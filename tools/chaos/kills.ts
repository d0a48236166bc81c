import { afterAll, atRest, nobodyLost } from "./laws.ts";
import type { Luck } from "./luck.ts";
import { Site } from "./site.ts";
import { cut, freezeMaster, freezeWorld, killMaster, killWorld, killWorlds } from "./strikes.ts";
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
  readonly isShort?: boolean;
}

type Strike = (site: Site) => Promise<unknown>;

/** What share of all strikes these are; the rest are worlds that are killed, up to three at once. */
const rareStrikes: readonly (readonly [share: number, strike: Strike])[] = [
  [0.2, (site) => killMaster(site)],
  [0.15, (site) => cut(site)],
  [0.03, (site) => freezeWorld(site)],
  [0.03, (site) => freezeMaster(site)],
  [0.02, (site) => Promise.all([killMaster(site), killWorld(site)])],
];
/** So that also a run of a few kills says how long it takes to get over each kind. */
const bothFigures: readonly Strike[] = [
  (site) => killWorld(site),
  (site) => killMaster(site),
  (site) => cut(site),
];
/** A world first: soon after a master's end its recovery is another figure. */
const oneOfEachKind: readonly Strike[] = [
  (site) => killWorld(site),
  ...rareStrikes.map(([, strike]) => strike),
];
const reportMs = 30_000;

/** Players play, and one thing after the other is broken under them; after each, everybody gets well. */
export async function runKills({ kills, players, isShort, ...common }: KillsOptions): Promise<void> {
  const { tally } = common;
  const settings = { LIMIT_DETACH_GRACE_MS: isShort ? 20_000 : 60_000 };
  await using site = await Site.open({
    ...common,
    name: "kills",
    players,
    settings,
    processes: 2,
    isTimed: true,
  });
  const began = now();
  let reportAt = began + reportMs;
  const few = isShort ? oneOfEachKind : bothFigures;
  const oneOfEach = kills > 1 ? [...few] : [];
  while (site.kills < kills || oneOfEach.length > 0) {
    await site.players.all({ do: "play" });
    await (oneOfEach.shift() ?? any(site))(site);
    await nobodyLost(site);
    if (now() > reportAt) {
      reportAt = now() + reportMs;
      console.log(`${progress(site.kills, kills, now() - began)}\n${tally.text}`);
    }
  }
  await atRest(site);
  await afterAll(site);
}

function any({ luck }: Site): Strike {
  const drawn = luck.next();
  let sum = 0;
  return rareStrikes.find(([share]) => drawn < (sum += share))?.[1] ?? killWorlds;
}

function progress(done: number, all: number, ms: number): string {
  const leftMinutes = (ms / 60_000 / done) * (all - done);
  return `\n${done} of ${all} killed, about ${Math.max(0, Math.ceil(leftMinutes))} minutes left`;
}
