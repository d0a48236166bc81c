import type { Scenario } from "../scenario.ts";
import { Site } from "../site.ts";
import { atRest } from "../laws.ts";

/** A planned restart under players: the master ends cleanly, worlds play on, everybody finds the next master. */
export const restart: Scenario = {
  name: "restart",
  async run({ tally, luck, undo, isShort }) {
    await using site = await Site.open({ name: "restart", tally, luck, undo, players: 4 });
    for (let round = 0; round < (isShort ? 1 : 10); round++) {
      await site.players.all({ do: "play" });
      site.master.signal("SIGTERM");
      const code = await site.master.exited;
      if (code !== 0) tally.lose(`a master that was asked to stop ended with ${code}`);
      await site.start();
      await site.settled();
    }
    await atRest(site);
  },
};
