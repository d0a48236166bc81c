import { afterAll, nobodyLost } from "../laws.ts";
import { socketOf, type Line } from "../lines.ts";
import type { Cut, Pipe, Way } from "../pipe.ts";
import type { Scenario } from "../scenario.ts";
import { healMs, Site } from "../site.ts";
import { until } from "../wait.ts";

/** Sessions at a time, most of it waiting: each has its own byte at which a line of it is cut. */
const abreast = { few: 8, all: 24 };
/** Cuts of a kind when one of each is enough. */
const fewCuts = 8;
const registeredMs = 45_000;
const tries = 5;
const worlds = ["left_world", "top_world", "right_world", "hub"] as const;

/**
 * A scripted session (come, enter the hub, travel, talk, leave) is cut at its every byte, on every line, both ways.
 * Each time the player ends in a world all the same, and nothing is left of them.
 */
export const cuts: Scenario = {
  name: "cuts",
  async run({ tally, luck, undo, isShort }) {
    const settings = { LIMIT_DETACH_GRACE_MS: 5000, LIMIT_PLAYERS_TOTAL: 10_000 };
    const common = { name: "cuts", tally, luck, undo, settings };
    const players = isShort ? abreast.few : abreast.all;
    await using site = await Site.open({ ...common, players, processes: 2, isEmpty: true });
    const lengths = await lengthsOf(site);
    for (const [line, way] of [
      ["control", "up"],
      ["control", "down"],
      ["world", "up"],
      ["world", "down"],
    ] as const) {
      const length = lengths[line][way];
      const step = isShort ? Math.max(1, Math.floor(length / fewCuts)) : 1;
      for (let from = luck.between(0, step) | 0; from < length; from += step * players)
        await sessions(site, line, (index) => ({
          way,
          bytes: from + index * step,
          how: index % 2 ? "end" : "reset",
        }));
      console.log(`${line} ${way}: cut ${step === 1 ? "at every one" : "at some"} of ${length} bytes`);
    }
    await site.enter();
    await Promise.all(site.players.numbers.map((bot) => settle(site, bot)));
    await registrations(site, isShort);
    await nobodyLost(site);
    await afterAll(site);
  },
};

/** How many bytes an undisturbed session takes, on its first connection of each kind. */
async function lengthsOf(site: Site): Promise<Record<"control" | "world", Record<Way, number>>> {
  const first = new Map<Line, Pipe>();
  const note = (line: Line, pipe: Pipe): void => void (first.has(line) || first.set(line, pipe));
  site.openings.add(note);
  await session(site, 0);
  site.openings.delete(note);
  const none = { up: 0, down: 0 };
  return { control: first.get("control")?.passed ?? none, world: first.get("world")?.passed ?? none };
}

/** As many as there are players, each with a first connection of this kind that is cut. */
async function sessions(site: Site, line: Line, cutOf: (index: number) => Cut): Promise<void> {
  let given = 0;
  const spoil = (opened: Line, pipe: Pipe): void => {
    if (opened !== line || given === site.players.count) return;
    pipe.cut = cutOf(given++);
    if (line === "world") site.watch.doom([socketOf(pipe)]);
  };
  site.openings.add(spoil);
  await Promise.all(site.players.numbers.map((bot) => session(site, bot)));
  site.openings.delete(spoil);
  site.tally.cuts += given;
}

async function session(site: Site, bot: number): Promise<void> {
  const { players, tally } = site;
  const plays = (): boolean => {
    const status = players.statuses.get(bot);
    return status?.isPlaying === true && status.hasControl;
  };
  await players.order(bot, { do: "open", master: site.url });
  try {
    await until(plays, "playing", healMs);
    await travel(site, bot, "left_world");
    await until(plays, "playing", healMs);
    await players.order(bot, { do: "say", line: 1 });
  } catch (error) {
    tally.playersLost += 1;
    console.error(`LOSS player ${bot} is lost: ${String(error)}`);
  }
  await players.order(bot, { do: "leave" });
}

/** Whom a cut has called back still wants to go, and goes. */
async function travel({ players }: Site, bot: number, world: string): Promise<void> {
  for (let left = tries; ; left--)
    try {
      if ((await players.look(bot)).world === world) return;
      await players.order(bot, { do: "travel", world });
      return;
    } catch (error) {
      if (left === 1) throw error;
    }
}

/** Spread over all worlds, so that each has a line to the master. */
async function settle(site: Site, bot: number): Promise<void> {
  const world = worlds[bot % worlds.length] ?? "hub";
  const { world: here } = await site.players.look(bot);
  if (here === world) return;
  if (here !== "hub") await site.players.order(bot, { do: "travel", world: "hub" });
  if (world !== "hub") await site.players.order(bot, { do: "travel", world });
}

/** A world's line is cut at every byte of its registration; its players notice nothing, not even a socket. */
async function registrations(site: Site, isShort: boolean): Promise<void> {
  const lengths = await registration(site);
  for (const way of ["up", "down"] as const) {
    const length = lengths[way];
    const step = isShort ? Math.max(1, Math.floor(length / fewCuts)) : 1;
    for (let bytes = 0; bytes < length; bytes += step) await registration(site, { way, bytes, how: "end" });
    console.log(`launch ${way}: cut ${step === 1 ? "at every one" : "at some"} of ${length} bytes`);
  }
}

/** Every world loses its line, and the next one at this byte. Returns how many bytes it took the last of them to register. */
async function registration(site: Site, cut?: Cut): Promise<Record<Way, number>> {
  const before = [...site.lines.launch.pipes];
  const registered = new Map<string, Record<Way, number>>();
  let left = cut ? before.length : 0;
  const spoil = (line: Line, pipe: Pipe): void => {
    if (line !== "launch" || left === 0) return;
    left -= 1;
    pipe.cut = cut;
  };
  const heed = ({ line, type, pipe }: { line: Line; type: string; pipe: Pipe }): void => {
    if (line === "launch" && type === "registered" && !pipe.cut)
      registered.set(pipe.notes.get("launch") ?? "", { ...pipe.passed });
  };
  site.openings.add(spoil);
  site.moments.add(heed);
  for (const pipe of before) pipe.end("end");
  await until(() => registered.size >= before.length, "every world registers again", registeredMs);
  site.openings.delete(spoil);
  site.moments.delete(heed);
  site.tally.cuts += before.length * (cut ? 2 : 1);
  const most = (way: Way): number => Math.max(...[...registered.values()].map((passed) => passed[way]));
  return { up: most("up"), down: most("down") };
}
