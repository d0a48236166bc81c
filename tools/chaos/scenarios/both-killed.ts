import { accountPlaces } from "../database.ts";
import { nobodyLost } from "../laws.ts";
import type { Scenario } from "../scenario.ts";
import { nameOf, Site } from "../site.ts";
import { pause } from "../wait.ts";

/** The world saves every 3 s, so after this the newest place is the one where the player stands. */
const savedMs = 3500;
const parkedUnits = 24;

/** First the master is killed, then, while it is away, every world: what was walked since is not lost. */
export const bothKilled: Scenario = {
  name: "both-killed",
  async run({ tally, luck, undo }) {
    await using site = await Site.open({ name: "both-killed", tally, luck, undo, players: 1 });
    const { players } = site;
    await players.order(0, { do: "walk", to: { x: 330, y: 300 } });
    await site.killMaster();
    await players.order(0, { do: "walk", to: { x: 480, y: 220 } });
    await pause(savedMs);
    const stood = await players.look(0);
    for (const pid of site.pidsOf()) site.killWorld(pid);
    await site.start();
    await nobodyLost(site);
    const back = await players.look(0);
    const off = Math.hypot(
      (back.self?.x ?? 0) - (stood.self?.x ?? 0),
      (back.self?.y ?? 0) - (stood.self?.y ?? 0),
    );
    const place = accountPlaces(site.dataDir).find(({ name }) => name === nameOf(0));
    if (back.world !== stood.world || !(off <= parkedUnits))
      tally.lose(
        `a player stood at ${JSON.stringify(stood.self)} and is back at ${JSON.stringify(back.self)}, kept ${JSON.stringify(place)}`,
      );
  },
};
