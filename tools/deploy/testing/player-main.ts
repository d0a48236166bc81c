import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { View } from "#client/app/view.ts";
import { createHeadless, type Headless } from "#tools/headless/headless.ts";
import { nodePacks } from "#tools/headless/packs.ts";

/**
 * Players who walk, travel and talk for as long as this process lives. It tells what they have met when all have
 * come, then at every step and whatever happens, and at every line on its input.
 */

const [master = "", walking = "1", traveling = "0", packs = "", version] = process.argv.slice(2);
const stepMs = 400;
const lineMs = 400;
const answerMs = 300;
const met = {
  worldSockets: 0,
  lostWorldSockets: 0,
  lostControlSockets: 0,
  resumed: 0,
  journeys: 0,
  refusedJourneys: 0,
  linesHeard: 0,
  longestChatPauseMs: 0,
};
/** Per player who walks: looks at which they were walking. Nobody walks before all have come. */
const walked: number[] = [];
let isLeaving = false;

/** A world's socket that ends was lost, unless its player travels and has closed it. */
function watched(isTraveling: boolean): typeof WebSocket {
  return class extends WebSocket {
    #isDone = false;

    constructor(url: string | URL) {
      super(url);
      const isWorld = new URL(url).pathname.length > 1;
      if (isWorld && !isTraveling) this.addEventListener("open", () => void met.worldSockets++);
      this.addEventListener("close", () => {
        if (isLeaving || (isWorld && this.#isDone)) return;
        met[isWorld ? "lostWorldSockets" : "lostControlSockets"]++;
        tell();
      });
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string" || !data.includes('"resumed":true')) return;
        met.resumed++;
        tell();
      });
    }

    override close(code?: number, reason?: string): void {
      this.#isDone = isTraveling;
      super.close(code, reason);
    }
  };
}

function tell(): void {
  if (walked.length === 0) return;
  const state = players.map(({ view: { state, isMasterAway } }) => (isMasterAway ? "master away" : state));
  const updates = players.filter(({ view }) => view.update !== undefined).length;
  console.log(JSON.stringify({ ...met, state, updates, walked }));
}

/** There and back, for ever. What is refused while a master changes is asked for again. */
async function travel(player: Headless): Promise<void> {
  for (;;) {
    try {
      await player.travelTo(player.view.world?.key === "hub" ? "left_world" : "hub");
      met.journeys++;
      tell();
    } catch {
      met.refusedJourneys++;
      await pause(stepMs);
    }
  }
}

/** A line is said again until it is heard. */
async function talk(player: Headless): Promise<void> {
  for (;;) {
    const since = performance.now();
    for (let isHeard = false; !isHeard;) isHeard = await hears(player).catch(() => false);
    met.linesHeard++;
    met.longestChatPauseMs = Math.max(met.longestChatPauseMs, Math.round(performance.now() - since));
    await pause(lineMs);
  }
}

let lines = 0;
/** @throws PilotLost when a line is not heard */
async function hears(player: Headless): Promise<boolean> {
  const text = `line ${(lines += 1)}`;
  player.client.say(text);
  const isHeard = ({ chat, player: self }: View): boolean =>
    chat.lines.some((line) => line.name === self?.name && line.text === text);
  await player.until(isHeard, text, answerMs);
  return true;
}

const players = Array.from({ length: Number(walking) + Number(traveling) }, (_, n) =>
  createHeadless({
    master,
    packs: nodePacks(packs),
    Socket: watched(n >= Number(walking)),
    ...(version && { version }),
  }),
);
await Promise.all(players.map((player) => player.inWorld(undefined, 60_000)));
const walkers = players.slice(0, Number(walking));
const starts = walkers.map(({ self }) => ({ x: self?.x ?? 0, y: self?.y ?? 0 }));
walked.push(...walkers.map(() => 0));
let steps = 0;
setInterval(() => {
  steps += 1;
  for (const [n, player] of walkers.entries()) {
    const { x, y } = starts[n] as { x: number; y: number };
    if (player.self?.isMoving) walked[n] = (walked[n] ?? 0) + 1;
    player.client.walkTo({ x: x + (steps % 4 < 2 ? 60 : -60), y });
  }
  tell();
}, stepMs);
tell();
createInterface({ input: process.stdin })
  .on("line", tell)
  .on("close", () => {
    isLeaving = true;
    process.exit(0);
  });
await Promise.all([...players.slice(walkers.length).map(travel), ...walkers.slice(0, 1).map(talk)]);
