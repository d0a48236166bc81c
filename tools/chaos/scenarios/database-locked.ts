import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { atRest } from "../laws.ts";
import type { Scenario } from "../scenario.ts";
import { Site } from "../site.ts";
import { pause, until } from "../wait.ts";

const program = fileURLToPath(new URL("../lock-database.ts", import.meta.url));
const lockedMs = 4000;

/** Somebody else holds both files: play and chat go on, the master says that it is not ready, then all is well. */
export const databaseLocked: Scenario = {
  name: "database-locked",
  async run({ tally, luck, undo }) {
    await using site = await Site.open({ name: "database-locked", tally, luck, undo, players: 4 });
    const files = ["durable.db", "runtime.db"].map((name) => join(site.dataDir, name));
    const writer = fork(program, files, { execArgv: ["--disable-warning=ExperimentalWarning"] });
    undo.add(() => writer.kill("SIGKILL"));
    await once(writer, "message");
    await site.players.all({ do: "play" });
    await until(async () => (await site.readiness()) === 503, "the master says that it is not ready", 15_000);
    await pause(lockedMs);
    if (site.players.numbers.some((bot) => site.players.statuses.get(bot)?.hasControl !== true))
      tally.lose("a locked database cost a player the master");
    const exited = once(writer, "exit");
    writer.send("enough");
    await exited;
    await until(async () => (await site.readiness()) === 200, "the master is ready again", 15_000);
    await atRest(site);
  },
};
