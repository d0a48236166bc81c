import { createHeadless, type Headless } from "#tools/headless/headless.ts";
import { limits } from "#shared/limits.ts";
import { nodePacks } from "#tools/headless/packs.ts";
import type { View } from "#client/app/view.ts";
import { type Phase, PhaseFailed, type Tally } from "./phases.ts";

export interface PlayerOptions {
  readonly name: string;
  readonly master: string;
  /** Where the page lies, which players fetch first. */
  readonly page: string;
  /** Plays on until then, by `performance.now()`. */
  readonly until: number;
  /** How long anything may take, milliseconds. */
  readonly patienceMs: number;
  readonly tally: Tally;
  /** Ends the player at once. */
  readonly signal: AbortSignal;
}

/** One player from the page to the goodbye; what fails is in the tally, and ends the player. */
export async function playOnce(options: PlayerOptions): Promise<void> {
  const { name, tally, page, signal, patienceMs } = options;
  let phase: Phase = "page";
  try {
    const answer = await fetch(page, { signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]) });
    if (!answer.ok) throw new Error(`${page} answered ${answer.status}`);
    await answer.arrayBuffer();
    await inGame(options, (next) => (phase = next));
  } catch (error) {
    if (!signal.aborted) tally.failed(name, error, phase);
  }
}

async function inGame(options: PlayerOptions, enter: (phase: Phase) => void): Promise<void> {
  const { name, master, patienceMs, tally, signal, until } = options;
  enter("connect");
  const opened = Promise.withResolvers<void>();
  const player = createHeadless({ master, patienceMs, packs: nodePacks(), Socket: watched(opened.resolve) });
  const stop = watchStay(player, name, tally);
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(new Error("ended"));
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([arrive(player, opened.promise, enter), aborted.promise]);
    let quietUntil = 0;
    // Whoever comes late makes one journey all the same: without any, nothing would be known.
    do {
      await Promise.race([round(player, options, enter), aborted.promise]);
      if (performance.now() < quietUntil) continue;
      await Promise.race([talk(player, options, enter), aborted.promise]);
      quietUntil = performance.now() + betweenLinesMs;
    } while (performance.now() < until);
    enter("leave");
  } finally {
    signal.removeEventListener("abort", abort);
    stop();
    await player[Symbol.asyncDispose]();
  }
}

/** Tells when the first connection to the master is open. */
function watched(opened: () => void): typeof WebSocket {
  return class extends WebSocket {
    constructor(...given: ConstructorParameters<typeof WebSocket>) {
      super(...given);
      this.addEventListener("open", opened, { once: true });
    }
  };
}

async function arrive(player: Headless, opened: Promise<void>, enter: (phase: Phase) => void): Promise<void> {
  let isOpen = false;
  void opened.then(() => (isOpen = true));
  await reach(player, "connect", () => isOpen);
  enter("hello");
  await reach(player, "hello", ({ player: who }) => who !== undefined);
  enter("pack");
  await reach(player, "pack", ({ network, state }) => isReady(network.pack.status) || state === "in-world");
  enter("join");
  await reach(player, "join", ({ state }) => state === "in-world");
}

const isReady = (status: View["network"]["pack"]["status"]): boolean =>
  status === "cache_hit" || status === "downloaded" || status === "bundled";

/** Until it is so; fails when the client gives up, or says what is wrong. */
async function reach(player: Headless, phase: Phase, is: (view: View) => boolean): Promise<void> {
  const wrong = ({ state, problem, prompt }: View): string | undefined => {
    if (prompt?.kind === "connection_rejected") return prompt.reason;
    if (state === "rejected" || state === "offline") return prompt?.kind ?? state;
    return problem && problem.about !== "touch" ? `${problem.about}: ${problem.reason}` : undefined;
  };
  const view = await player
    .until((view) => is(view) || wrong(view) !== undefined, phase)
    .catch((error: unknown) => {
      throw new PhaseFailed(phase, `${(error as Error).message} (state ${player.view.state})`, {
        cause: error,
      });
    });
  if (!is(view)) throw new PhaseFailed(phase, wrong(view) ?? view.state);
}

/** Who goes back and forth between two portals side by side would be told off for writing too fast. */
const betweenLinesMs = (2 * limits.chatWindowMs) / limits.chatCount;

/** To a portal and through it. */
async function round(player: Headless, options: PlayerOptions, enter: (phase: Phase) => void): Promise<void> {
  const { tally } = options;
  enter("walk");
  const portals = Object.values(player.client.loaded?.map.portals ?? {});
  const portal = portals[Math.floor(Math.random() * portals.length)];
  if (!portal)
    throw new PhaseFailed("travel", `no portal leads out of ${player.view.world?.key ?? "nowhere"}`);
  await player.walkTo({ x: portal.x, y: portal.y }, nearUnits);
  enter("travel");
  await player.travelTo(portal.target);
  const { transferMs } = player.view.network;
  if (transferMs !== undefined) tally.journeysMs.push(transferMs);
}

/** A word, until it is heard. */
async function talk(player: Headless, options: PlayerOptions, enter: (phase: Phase) => void): Promise<void> {
  const { name, tally } = options;
  enter("chat");
  await player.say(`${name} in ${player.view.world?.key ?? "no world"}, ${tally.linesSaid}`);
  tally.linesSaid += 1;
}

/** A portal can be used from as far as this and farther. */
const nearUnits = 24;

/** Worlds that are lost under the player count, also when the client comes back by itself. */
function watchStay(player: Headless, name: string, tally: Tally): () => void {
  let wasLost: View["lost"];
  return player.client.subscribe(() => {
    const { lost, world } = player.view;
    if (lost !== undefined && lost !== "left" && wasLost === undefined)
      tally.failed(name, new Error(`${world?.key ?? "the world"} was lost: ${lost}`), "stay");
    wasLost = lost;
  });
}
