import { connect, type Socket } from "node:net";
import { nobodyLost } from "../laws.ts";
import type { Scenario } from "../scenario.ts";
import { Site } from "../site.ts";
import { pause, until } from "../wait.ts";

const openFiles = 64;
const strangers = 100;
const fullMs = 2000;

/** A master that may open 64 files is asked for more: who plays plays on, and there is room again afterwards. */
export const fewFiles: Scenario = {
  name: "few-files",
  async run({ tally, luck, undo }) {
    await using site = await Site.open({ name: "few-files", tally, luck, undo, players: 2, openFiles });
    const crowd = Array.from({ length: strangers }, () => visit(site.port));
    undo.add(() => crowd.forEach((socket) => socket.destroy()));
    await pause(fullMs);
    if (!site.master.isRunning) tally.lose("a master without files ended");
    await nobodyLost(site);
    for (const socket of crowd) socket.destroy();
    await until(async () => (await site.readiness()) === 200, "the master answers again", 15_000);
    await site.players.order(0, { do: "leave" });
    await site.players.order(0, { do: "open", master: site.url });
    await site.settled();
  },
};

function visit(port: number): Socket {
  return connect(port, "127.0.0.1").on("error", () => {});
}
