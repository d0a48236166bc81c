import { socketOf, type Line, type Moment } from "./lines.ts";
import { atPoint, pidAt, pointName, points, type Point } from "./points.ts";
import { signal } from "./processes.ts";
import { healMs, type Site } from "./site.ts";
import { now, pause, until } from "./wait.ts";

/** What can be done to a site that plays. Each resolves when the fault itself is over; getting well is another matter. */

const pointMs = 1500;
/** By then the players of a world that was killed know. */
const newsMs = 100;
/** A player who has heard nothing from a world for eight seconds gives the socket up; not a moment earlier. */
const patienceMs = 7500;
const frozenMs = { least: 500, most: 10_000 };

/** Ends a world at a point of the protocol, or just so when that point does not come. */
export async function killWorld(site: Site, point: Point = site.luck.pick(points)): Promise<void> {
  const strike = (moment?: Moment): void => {
    const pid = (moment && pidAt(site, moment)) ?? anyWorld(site);
    if (pid !== undefined) site.killWorld(pid);
  };
  const came = await atPoint(site, point, strike, pointMs);
  if (!came) strike();
  site.tally.point(came ? `world killed ${pointName(point)}` : "world killed at no point");
  await pause(newsMs);
  // Whatever their process had to wait for, it has had its turn since.
  await site.players.all({ do: "look" });
}

/** Several worlds at once, each at a point of its own. */
export async function killWorlds(site: Site): Promise<void> {
  const count = 1 + Math.floor(site.luck.between(0, 3));
  await Promise.all(Array.from({ length: count }, () => killWorld(site)));
}

export async function killMaster(site: Site, point: Point = site.luck.pick(points)): Promise<void> {
  let killed: Promise<void> | undefined;
  const came = await atPoint(site, point, () => (killed = site.killMaster()), pointMs);
  await (killed ?? site.killMaster());
  site.tally.point(came ? `master killed ${pointName(point)}` : "master killed at no point");
  await site.start();
}

/** A world that hangs: others go on, and it goes on itself when it can. */
export async function freezeWorld(
  site: Site,
  ms = site.luck.between(frozenMs.least, frozenMs.most),
): Promise<void> {
  const pid = anyWorld(site);
  if (pid === undefined) return;
  site.tally.freezes += 1;
  const began = now();
  signal(pid, "SIGSTOP");
  await pause(Math.min(ms, patienceMs));
  // A timer may ring a fraction too soon; and what was to be shorter is longer when this process was late itself.
  if (ms >= patienceMs || now() - began >= patienceMs) site.watch.doom(site.socketsTo(pid));
  await pause(Math.max(0, ms - patienceMs));
  const stood = site.pipesTo(pid);
  const passed = stood.map((pipe) => pipe.passed.down);
  if (signal(pid, "SIGCONT")) {
    // Late in its own right on a busy machine: until it has said something, and its players have heard it.
    const goesOn = (): boolean =>
      stood.every((pipe, n) => pipe.isOver || pipe.passed.down > (passed[n] ?? 0));
    await until(goesOn, "a world that stood still goes on", healMs).catch(() => {});
    await site.players.all({ do: "look" });
    return site.watch.spare(stood.map(socketOf));
  }
  // One that was empty and had been told to end has four seconds for it, whatever keeps it.
  const isEnd = site.master.hasSaid(({ msg = "" }) =>
    new RegExp(`^MASTER_WORLD_KILLED .*\\bpid=${pid}\\b.* reason=idle`).test(msg),
  );
  if (isEnd) site.tally.point("a world stood still while it was ending");
  else site.tally.lose(`a world that stood still for ${Math.round(ms)} ms was killed`);
}

/** A master that hangs: no world suffers. */
export async function freezeMaster(
  site: Site,
  ms = site.luck.between(frozenMs.least, frozenMs.most),
): Promise<void> {
  site.tally.freezes += 1;
  site.watch.masterFrozen(true);
  site.master.signal("SIGSTOP");
  await pause(ms);
  site.master.signal("SIGCONT");
  site.watch.masterFrozen(false);
}

/** Cuts one line of this kind after so many more bytes. */
export async function cut(
  site: Site,
  line: Line = site.luck.pick(["control", "world", "launch"]),
): Promise<void> {
  const { luck } = site;
  const pipes = [...site.lines.of(line).pipes];
  if (pipes.length === 0) return;
  const pipe = luck.pick(pipes);
  const way = luck.pick(["up", "down"] as const);
  if (line === "world") site.watch.doom([socketOf(pipe)]);
  const bytes = pipe.passed[way] + Math.floor(luck.between(0, 2000));
  pipe.cut = { way, bytes, how: luck.pick(["end", "reset"] as const) };
  await pause(500);
  if (!pipe.isOver) pipe.end("reset");
  site.tally.cuts += 1;
}

/** Rather one with players. */
function anyWorld(site: Site): number | undefined {
  const pids = site.pidsOf();
  const played = pids.filter((pid) => site.socketsTo(pid).length > 0);
  return pids.length > 0 ? site.luck.pick(played.length > 0 ? played : pids) : undefined;
}
