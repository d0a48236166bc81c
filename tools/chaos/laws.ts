import { accountPlaces, leftovers } from "./database.ts";
import type { Sight } from "./orders.ts";
import { openFiles, signal } from "./processes.ts";
import { nameOf, type Site } from "./site.ts";
import { Late, now, until } from "./wait.ts";

/** The laws of the simulation, as far as they show from outside: players, database, processes. */

/** The slowest way to notice an end: an avatar whose socket is half-open (S2). */
const noticedMs = 30_000;
/** Detach grace, idle stop and the kill of what does not stop. */
const drainedMs = 120_000;
const chatMs = 20_000;
/** A stride: who stood still is found where they stood. */
const parkedUnits = 24;
/** A timer, a log file or a half-closed socket more than at the beginning is no leak; one per player or kill is. */
const spareFiles = 6;
const lastLine = 1_000_000;

/** Nothing is done to anybody any more: everybody is there, once, and hears everybody. */
export async function atRest(site: Site): Promise<void> {
  const { players, tally } = site;
  site.lines.heal();
  await players.all({ do: "rest" });
  await nobodyLost(site);
  const sights = async (): Promise<Sight[]> => Promise.all(players.numbers.map((bot) => players.look(bot)));
  await broken(site, "everybody sees exactly those who are there", noticedMs, async () =>
    seenWrong(await sights()),
  );
  await players.all({ do: "say", line: lastLine });
  await broken(site, "everybody hears everybody", chatMs, async () => heardWrong(await sights()));
  for (const { journeys } of await sights()) tally.journeys += journeys;
}

/** Everybody leaves, and then nothing is left of them. */
export async function afterAll(site: Site): Promise<void> {
  const { players, master, dataDir, tally } = site;
  const stood = await Promise.all(players.numbers.map((bot) => players.look(bot)));
  await players.all({ do: "leave" });
  await broken(site, "sessions, journeys and launches end", drainedMs, () => leftovers(dataDir).join(" "));
  await broken(site, "places are kept", 1000, () => placesWrong(site, stood));
  // What serves no world is a spare.
  await broken(site, "world processes end", drainedMs, () =>
    site.processes.length > 1 ? site.processes.map(({ pid, command }) => `${pid} ${command}`).join(", ") : "",
  );
  await broken(site, "files are closed", noticedMs, () => {
    const open = openFiles(master.pid);
    return open > site.idleFiles + spareFiles ? `${open} are open, ${site.idleFiles} were` : "";
  });
  await broken(site, "the master is ready", noticedMs, async () => {
    const status = await site.readiness();
    return status === 200 ? "" : `/readyz says ${status}`;
  });
  master.signal("SIGTERM");
  const code = await master.code(15_000);
  if (code !== 0) tally.lose(`the master ended with ${String(code)}`);
  await until(() => site.processes.length === 0, "no process is left", 10_000).catch(() => {
    tally.leakedProcesses += site.processes.length;
    for (const { pid, command } of site.processes) console.error(`LOSS process ${pid} is left: ${command}`);
    for (const { pid } of site.processes) signal(pid, "SIGKILL");
  });
}

/** Everybody who wants to play does, as who they are (L1). Nobody is lost twice. */
export async function nobodyLost(site: Site): Promise<void> {
  const { players, tally } = site;
  await site.settled().catch(() => {});
  for (const bot of players.numbers) {
    const status = players.statuses.get(bot);
    if (status?.isPlaying && status.hasControl && status.name === nameOf(bot)) continue;
    if (site.lost.has(bot)) continue;
    site.lost.add(bot);
    tally.playersLost += 1;
    console.error(`LOSS player ${bot} is lost: ${JSON.stringify(status)}`);
  }
}

/** Says what is wrong until nothing is, and a law is broken when there is still something by then. */
async function broken(
  site: Site,
  law: string,
  withinMs: number,
  wrong: () => string | Promise<string>,
): Promise<void> {
  const lateAt = now() + withinMs;
  let last = "";
  try {
    await until(async () => (last = await wrong()) === "", law, lateAt - now());
  } catch (error) {
    site.tally.lose(`${law}: ${error instanceof Late ? last : String(error)}`);
  }
}

function seenWrong(sights: readonly Sight[]): string {
  for (const { name, world, others, self } of sights) {
    const there = sights.filter((other) => other.world === world && other.name !== name);
    const expected = there
      .map((other) => other.name ?? "")
      .sort()
      .join(" ");
    if (!self) return `${name} in ${world} does not see itself`;
    if (others.join(" ") !== expected)
      return `${name} in ${world} sees ${others.join(" ")} and not ${expected}`;
  }
  return "";
}

function heardWrong(sights: readonly Sight[]): string {
  for (const { name, heard } of sights)
    for (const other of sights) {
      const line = heard[other.name ?? ""];
      if (line !== lastLine) return `${name} heard line ${line} of ${other.name} last`;
    }
  return "";
}

function placesWrong({ dataDir }: Site, stood: readonly Sight[]): string {
  const places = new Map(accountPlaces(dataDir).map((place) => [place.name, place]));
  for (const { name = "", world, self } of stood) {
    const place = places.get(name);
    if (!place || !self) return `${name} has no place`;
    const off = Math.hypot(place.x - self.x, place.y - self.y);
    if (place.world !== world || off > parkedUnits)
      return `${name} stood in ${world}, ${Math.round(off)} units from ${place.world} ${place.x},${place.y}`;
  }
  return "";
}
