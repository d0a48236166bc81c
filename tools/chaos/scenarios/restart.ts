import { nobodyLost, atRest } from "../laws.ts";
import { around, atPoint, pointName, type Point } from "../points.ts";
import type { Scenario } from "../scenario.ts";
import { Site } from "../site.ts";

/** What is killed, and when; what ends by itself meanwhile has its own time for it. */
interface Blow {
  readonly victim: "world" | "master" | "next master" | "nobody";
  /** While the master ends; between the two masters when absent. */
  readonly point?: Point;
}

const points = ["notice", "chat.line", "lease"].flatMap((type) =>
  around({ line: "control", way: "down", type }),
);
const blows: readonly Blow[] = [
  { victim: "nobody" },
  { victim: "world" },
  { victim: "next master" },
  ...points.flatMap((point): Blow[] => [
    { victim: "world", point },
    { victim: "master", point },
  ]),
];
const pointMs = 3000;

/**
 * A planned restart under players: the master ends cleanly, worlds play on, everybody finds the next master. Also when
 * a world or the master is killed while it ends, or the next one while it begins.
 */
export const restart: Scenario = {
  name: "restart",
  async run({ tally, luck, undo, isShort }) {
    await using site = await Site.open({ name: "restart", tally, luck, undo, players: 4 });
    const chosen = isShort ? [...blows.slice(0, 3), luck.pick(blows.slice(3))] : blows;
    for (const blow of chosen) {
      await site.players.all({ do: "play" });
      await once(site, blow);
      await nobodyLost(site);
    }
    await atRest(site);
  },
};

async function once(site: Site, { victim, point }: Blow): Promise<void> {
  const { tally } = site;
  const strike = (): void => {
    const [pid] = site.pidsOf().filter((pid) => site.socketsTo(pid).length > 0);
    if (victim === "world" && pid !== undefined) site.killWorld(pid);
    if (victim === "master") void site.killMaster();
  };
  const struck = point && atPoint(site, point, strike, pointMs);
  site.master.signal("SIGTERM");
  const code = await site.master.code();
  const came = await struck;
  if (point) tally.point(came ? `ending, ${victim} killed ${pointName(point)}` : "ended before that");
  if (code !== 0 && victim !== "master") tally.lose(`a master that was asked to stop ended with ${code}`);
  if (!point) strike();
  if (victim === "next master") {
    const ready = site.start();
    await site.master.untilEvent("store.opened");
    // It is killed in the middle of its start, so it never says that it is ready.
    await Promise.all([site.killMaster(), ready.catch(() => {})]);
  }
  await site.start();
}
