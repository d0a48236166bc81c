import { connect, type Socket } from "node:net";
import { nobodyLost } from "../laws.ts";
import type { Scenario } from "../scenario.ts";
import { Site } from "../site.ts";
import { pause, until } from "../wait.ts";

const openFiles = 64;
const strangers = 100;
const againMs = 20;
/** Longer than the master looks at itself: whatever it opens then must be able to wait. */
const fullMs = 6000;

/** A master that may open 64 files is asked for more: who plays plays on, and there is room again afterwards. */
export const fewFiles: Scenario = {
  name: "few-files",
  async run({ tally, luck, undo }) {
    await using site = await Site.open({ name: "few-files", tally, luck, undo, players: 2, openFiles });
    const crowd = new Crowd(site.port);
    undo.add(() => crowd.leave());
    await pause(fullMs);
    if (!site.master.isRunning) tally.lose("a master without files ended");
    await nobodyLost(site);
    crowd.leave();
    await until(async () => (await site.readiness()) === 200, "the master answers again", 15_000);
    await site.players.order(0, { do: "leave" });
    await site.players.order(0, { do: "open", master: site.url });
    await site.settled();
  },
};

/** Whoever is sent away comes again at once. */
class Crowd {
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #isGone = false;

  constructor(port: number) {
    this.#port = port;
    for (let n = 0; n < strangers; n++) this.#come();
  }

  leave(): void {
    this.#isGone = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #come(): void {
    if (this.#isGone) return;
    const socket = connect(this.#port, "127.0.0.1");
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => {
      this.#sockets.delete(socket);
      setTimeout(() => this.#come(), againMs);
    });
  }
}
