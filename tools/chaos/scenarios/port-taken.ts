import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MasterProcess } from "../master-process.ts";
import type { Scenario } from "../scenario.ts";
import { freePort, Site } from "../site.ts";
import type { Undo } from "../undo.ts";

const refused = 10;

/** A master whose port is taken says by whom and goes; a world whose port is taken gets another one. */
export const portTaken: Scenario = {
  name: "port-taken",
  async run({ tally, luck, undo }) {
    const port = await freePort();
    await take(port, undo);
    const dataDir = mkdtempSync(join(tmpdir(), "portcade-chaos-"));
    undo.add(() => rmSync(dataDir, { recursive: true, force: true }));
    const master = new MasterProcess({ name: "port-taken", dataDir, settings: { PORT: port } });
    undo.add(() => master.kill());
    const code = await master.code();
    if (code !== refused) tally.lose(`a master without a port ended with ${code} and not ${refused}`);
    if (!master.lately.includes(String(port)))
      tally.lose(`a master without a port does not say which: ${master.lately}`);

    const base = await freePort();
    const settings = { WORLD_LISTEN: "port", WORLD_PORT_BASE: base, PUBLIC_WORLD_URL_TEMPLATE: "" };
    await take(base, undo);
    await using site = await Site.open({
      name: "port-taken",
      tally,
      luck,
      undo,
      players: 1,
      settings,
      isEmpty: true,
    });
    // The first world's port, which is the hub's.
    await site.players.order(0, { do: "open", master: site.url });
    await site.settled();
    await site.master.untilEvent("gateway.portTaken");
  },
};

async function take(port: number, undo: Undo): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen(port, "127.0.0.1");
  await once(server, "listening");
  undo.add(() => server.close());
  return server;
}
