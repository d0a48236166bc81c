import { atRest } from "../laws.ts";
import { socketOf } from "../lines.ts";
import type { Status } from "../orders.ts";
import type { Pipe } from "../pipe.ts";
import { waitedMs } from "../processes.ts";
import type { Chaos, Scenario } from "../scenario.ts";
import { Site } from "../site.ts";
import { now, pause, until } from "../wait.ts";

/** A line that is silent both ways is known to be dead by then, on either side of it. */
const noticedMs = 15_000;
/** What a process has to be awake for: to read the last word, to ask whether anybody is there, and to give up. */
const wakings = 3;
/** Whoever has not noticed by then never will. */
const neverMs = 60_000;
const stalledMs = { least: 300, most: 4500 };
const slowBytes = 8 * 1024;

/** Lines that stall, that are slow, and that are dead without anybody saying so. */
export const lines: Scenario = {
  name: "lines",
  async run(chaos) {
    const { tally, luck, undo } = chaos;
    await using site = await Site.open({ name: "lines", tally, luck, undo, players: 4 });
    await stalled(site, chaos);
    await slow(site);
    for (let round = 0; round < (chaos.isShort ? 1 : 10); round++) await halfOpen(site);
    await atRest(site);
  },
};

/** Nobody is given up for it. */
async function stalled(site: Site, { isShort, luck }: Chaos): Promise<void> {
  await site.players.all({ do: "play" });
  for (let round = 0; round < (isShort ? 1 : 20); round++)
    for (const line of ["control", "world", "launch"] as const) {
      const pipes = [...site.lines.of(line).pipes];
      for (const pipe of pipes) pipe.hold();
      await pause(isShort ? stalledMs.least * 4 : luck.between(stalledMs.least, stalledMs.most));
      for (const pipe of pipes) pipe.release();
    }
  await site.settled();
}

/** A journey, new lines included. */
async function slow(site: Site): Promise<void> {
  const slowDown = (_: unknown, pipe: Pipe): void => void (pipe.bytesPerSecond = slowBytes);
  await site.players.all({ do: "rest" });
  for (const line of ["control", "world"] as const)
    for (const pipe of site.lines.of(line).pipes) slowDown(line, pipe);
  site.openings.add(slowDown);
  const { world } = await site.players.look(0);
  await site.players.order(0, { do: "travel", world: world === "hub" ? "left_world" : "hub" });
  site.openings.delete(slowDown);
  site.lines.heal();
}

/** One line of each kind dies in silence. Both who dialled and who was dialled notice, and everybody gets well. */
async function halfOpen(site: Site): Promise<void> {
  await site.players.all({ do: "rest" });
  await site.settled();
  // The sockets of worlds that were left stay for a moment.
  const { world: open, control: up } = site.lines;
  const { count } = site.players;
  await until(() => open.pipes.size === count && up.pipes.size === count, "one line each", noticedMs);
  const [control, world, launch] = (["control", "world", "launch"] as const).map((line) =>
    site.luck.pick([...site.lines.of(line).pipes]),
  ) as [Pipe, Pipe, Pipe];
  site.watch.doom([socketOf(world)]);
  for (const pipe of [control, world, launch]) pipe.deafen();
  const told = (has: (status: Status) => boolean) => (): number | undefined =>
    [...site.players.statuses.values()].find(has)?.at;
  const seen = (has: () => boolean) => (): number | undefined => (has() ? now() : undefined);
  const { players, master } = site;
  const [pid, launchPid] = [site.pidOf(world.notes.get("launch") ?? ""), Number(launch.notes.get("pid"))];
  await Promise.all([
    noticed(
      site,
      "a player of the master",
      players.pids,
      told(({ hasControl }) => !hasControl),
    ),
    noticed(
      site,
      "a player of a world",
      players.pids,
      told(({ isPlaying }) => !isPlaying),
    ),
    noticed(
      site,
      "the master of a player",
      [master.pid],
      seen(() => control.isLeft),
    ),
    noticed(
      site,
      "a world of a player",
      [pid ?? 0],
      seen(() => world.isLeft),
    ),
    noticed(
      site,
      "the master of a world",
      [master.pid],
      seen(() => launch.isLeft),
    ),
    noticed(
      site,
      "a world of the master",
      [launchPid],
      seen(() => launch.isLeftByDialler),
    ),
  ]);
  for (const pipe of [control, world, launch]) pipe.end("reset");
  await site.settled();
}

/**
 * @param by the processes it takes; their and our time in line for a processor is not theirs
 * @param at when it has happened, once it has
 */
async function noticed(
  site: Site,
  who: string,
  by: readonly number[],
  at: () => number | undefined,
): Promise<void> {
  const waited = (): number => [process.pid, ...by].reduce((sum, pid) => sum + waitedMs(pid), 0);
  const began = now();
  let last = waited();
  let longest = 0;
  const look = (): number | undefined => {
    const total = waited();
    longest = Math.max(longest, total - last);
    last = total;
    return at();
  };
  try {
    const took = (await until(look, who, neverMs)) - began;
    site.tally.halfOpenMs.push(took);
    const excused = longest * wakings;
    if (took - excused <= noticedMs) return;
    site.tally.lose(
      `the end of ${who} was noticed after ${Math.round(took)} ms, of which a busy machine excuses ${Math.round(excused)}`,
    );
  } catch {
    site.tally.lose(`the end of ${who} was not noticed within ${neverMs} ms`);
  }
}
