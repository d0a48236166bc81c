import { createInterface } from "node:readline";
import { createHeadless } from "#tools/headless/headless.ts";
import { nodePacks } from "#tools/headless/packs.ts";

/**
 * Players who walk for as long as this process lives. It tells what they have met when all of them walk, when one is
 * back with a master, and at every line on its input.
 */

const [master = "", count = "1", packs = ""] = process.argv.slice(2);
const stepMs = 400;
const met = { worldSockets: 0, lostWorldSockets: 0, lostControlSockets: 0, resumed: 0 };
/** Per player: looks at which they were walking. Nobody walks before all have come. */
const walked: number[] = [];
let isLeaving = false;

/** Nobody travels here, so a world's socket that ends was lost. */
class WatchedSocket extends WebSocket {
  constructor(url: string | URL) {
    super(url);
    const isWorld = new URL(url).pathname.length > 1;
    if (isWorld) this.addEventListener("open", () => void met.worldSockets++);
    this.addEventListener("close", () => {
      if (isLeaving) return;
      met[isWorld ? "lostWorldSockets" : "lostControlSockets"]++;
      tell();
    });
    this.addEventListener("message", ({ data }) => {
      if (typeof data !== "string" || !data.includes('"resumed":true')) return;
      met.resumed++;
      tell();
    });
  }
}

function tell(): void {
  if (walked.length === 0) return;
  const state = players.map(({ view: { state, isMasterAway } }) => (isMasterAway ? "master away" : state));
  console.log(JSON.stringify({ ...met, state, walked }));
}

const players = Array.from({ length: Number(count) }, () =>
  createHeadless({ master, packs: nodePacks(packs), Socket: WatchedSocket }),
);
await Promise.all(players.map((player) => player.inWorld(undefined, 60_000)));
const starts = players.map(({ self }) => ({ x: self?.x ?? 0, y: self?.y ?? 0 }));
walked.push(...players.map(() => 0));
let steps = 0;
setInterval(() => {
  steps += 1;
  for (const [n, player] of players.entries()) {
    const { x, y } = starts[n] as { x: number; y: number };
    if (player.self?.isMoving) walked[n] = (walked[n] ?? 0) + 1;
    player.client.walkTo({ x: x + (steps % 4 < 2 ? 60 : -60), y });
  }
}, stepMs);
tell();
createInterface({ input: process.stdin })
  .on("line", tell)
  .on("close", () => {
    isLeaving = true;
    process.exit(0);
  });
