import { freePort, Site } from "../site.ts";
import { MasterProcess } from "../master-process.ts";
import type { Scenario } from "../scenario.ts";

const refused = 20;

/** A second master on one data folder says who has it and goes; the first one's players notice nothing. */
export const twoMasters: Scenario = {
  name: "two-masters",
  async run({ tally, luck, undo }) {
    await using site = await Site.open({ name: "two-masters", tally, luck, undo, players: 1 });
    const second = new MasterProcess({
      name: "two-masters",
      dataDir: site.dataDir,
      settings: { PORT: await freePort() },
    });
    undo.add(() => second.kill());
    const code = await second.code();
    if (code !== refused) tally.lose(`a second master ended with ${code} and not ${refused}`);
    if (!second.lately.includes(`pid ${site.master.pid}`))
      tally.lose(`a second master does not say who has the folder: ${second.lately}`);
    if (site.players.statuses.get(0)?.hasControl !== true)
      tally.lose("a second master cost a player the first");
    if ((await site.readiness()) !== 200) tally.lose("a second master made the first one unready");
  },
};
