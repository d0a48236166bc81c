import type { Answer } from "#adapters/operator/orders.ts";
import { afterAll, atRest, nobodyLost } from "../laws.ts";
import { give } from "../operator.ts";
import { atMoment, isAt, pointName, type Step, stepsOf } from "../points.ts";
import type { Moment } from "../lines.ts";
import type { Scenario } from "../scenario.ts";
import { Site } from "../site.ts";
import { now, pause, until } from "../wait.ts";

const noticeMs = 500;
/** On a machine that has much else to do. */
const endedMs = 90_000;
const evacuationMs = { here: 30_000, away: 12_000 };

type Part = "source" | "target" | "player";
type Victim = "source" | "target" | "master" | "nobody";

/** Every word of a drain, from the notice to the end of the old avatar. */
const steps = stepsOf<Part>([
  ["player", "control", "down", "notice"],
  ["player", "control", "down", "lease"],
  ["player", "control", "up", "lease.redeem"],
  ["target", "launch", "down", "expect"],
  ["target", "launch", "up", "acked"],
  ["target", "launch", "up", "arrived"],
  ["source", "launch", "down", "depart"],
  ["source", "launch", "up", "departed"],
  ["target", "launch", "down", "activate"],
]);
/** The one that is moved to need not run before somebody comes. */
const victims: Readonly<Record<Exclude<Victim, "nobody">, readonly Step<Part>[]>> = {
  source: steps,
  target: steps.filter(({ part }) => part !== "player"),
  master: steps,
};

/**
 * A world is drained to another one, and the world, the other one or the master is killed at every word of it: the drain
 * ends, and everybody is in a world. A master that is away for longer than the drain has costs nobody their world.
 */
export const drains: Scenario = {
  name: "drains",
  async run({ tally, luck, undo, isShort }) {
    const common = { tally, luck, undo, players: 4 };
    {
      const settings = { LIMIT_DRAIN_LEAST_MS: noticeMs, LIMIT_EVACUATION_MS: evacuationMs.here };
      await using site = await Site.open({ ...common, name: "drains", settings });
      await drain(site, "nobody");
      for (const [victim, all] of Object.entries(victims))
        for (const step of isShort ? [luck.pick(all)] : all) await drain(site, victim as Victim, step);
      await atRest(site);
      await afterAll(site);
    }
    const settings = {
      LIMIT_DRAIN_LEAST_MS: noticeMs,
      LIMIT_EVACUATION_MS: evacuationMs.away,
      LIMIT_EVACUATE_AGAIN_MS: evacuationMs.away / 2,
    };
    await using site = await Site.open({ ...common, name: "drains", settings });
    await late(site);
    await atRest(site);
  },
};

/** Of the world that all are in to the one beside it. */
async function drain(site: Site, victim: Victim, step?: Step<Part>): Promise<void> {
  const { source, target, launch } = await gather(site);
  let killed: Promise<void> | undefined;
  const fits = (moment: Moment): boolean => {
    if (!step || !isAt(moment, step)) return false;
    const at = { source: launch, target: site.launchesOf(target).at(-1), player: undefined }[step.part];
    return step.part === "player" || moment.pipe.notes.get("launch") === at;
  };
  const strike = (): void => {
    if (victim === "master") killed = site.killMaster();
    const pid = victim === "source" ? site.pidOf(launch) : site.pidsOf(target).at(-1);
    if (victim !== "master" && pid !== undefined) site.killWorld(pid);
  };
  const came = step && atMoment(site, fits, strike, endedMs);
  const order = orderDrain(site, source, target);
  const what = `drain with ${victim} killed ${step ? pointName(step) : ""}`;
  if (step && (await came)) site.tally.point(`${victim} killed ${pointName(step)} of a drain`);
  else if (step) site.tally.lose(`${what}: that word was never said`);
  if (killed) {
    await killed;
    await site.start();
  }
  await ended(site, { launch, target, what, mayStay: victim === "source" });
  const answer = await order;
  if (victim !== "master" && answer?.type !== "done")
    site.tally.lose(`${what}: the operator was told ${JSON.stringify(answer)}`);
}

/** The master is killed when the drain has begun, and comes back when the launch should long have ended. */
async function late(site: Site): Promise<void> {
  const { source, target, launch } = await gather(site);
  const notice = (moment: Moment): boolean => moment.line === "control" && moment.type === "notice";
  let killed: Promise<void> | undefined;
  const began = now();
  const came = atMoment(site, notice, () => (killed = site.killMaster()), endedMs);
  const order = orderDrain(site, source, target);
  if (!(await came)) return site.tally.lose("a drain without a master: its notice was never said");
  await killed;
  await order;
  await pause(began + noticeMs + evacuationMs.away + noticeMs - now());
  if (!site.players.numbers.every((bot) => site.players.statuses.get(bot)?.isPlaying))
    site.tally.lose("a drain without a master ended somebody's world");
  await site.start();
  await ended(site, { launch, target, what: "drain without a master", mayStay: false });
}

/** @param mayStay whoever comes back from a crash comes to where they were */
async function ended(
  site: Site,
  { launch, target, what, mayStay }: { launch: string; target: string; what: string; mayStay: boolean },
): Promise<void> {
  const { players, tally } = site;
  await until(() => site.pidOf(launch) === undefined, "the launch that is drained ends", endedMs).catch(() =>
    tally.lose(`${what}: its launch did not end`),
  );
  await nobodyLost(site);
  const worlds = players.numbers.map((bot) => players.statuses.get(bot)?.world);
  if (!mayStay && worlds.some((world) => world !== target))
    tally.lose(`${what}: players are in ${worlds.join(" ")} and not in ${target}`);
}

/** A world that has just been started again may have to be asked twice. Resolves to the operator's last word. */
async function orderDrain({ dataDir }: Site, world: string, to: string): Promise<Answer | undefined> {
  const lateAt = now() + endedMs;
  for (;;) {
    const answer = await give(dataDir, { type: "world.drain", world, noticeMs, to });
    const isTooEarly = answer?.type === "failed" && answer.reason === "try_later";
    if (!isTooEarly || now() > lateAt) return answer;
    await pause(noticeMs);
  }
}

/** All into one world, of one launch. Whose world has just been killed is shown it for a moment yet. */
async function gather(site: Site): Promise<{ source: string; target: string; launch: string }> {
  const { players } = site;
  const gathered = async (): Promise<{ source: string; launch: string } | undefined> => {
    const [first, ...others] = await Promise.all(players.numbers.map((bot) => players.look(bot)));
    const source = first?.world ?? "";
    const away = others.flatMap(({ world }, index) => (world === source ? [] : [index + 1]));
    await Promise.all(away.map((bot) => players.order(bot, { do: "travel", world: source }).catch(() => {})));
    const [launch, ...more] = site.launchesOf(source);
    return away.length === 0 && launch !== undefined && more.length === 0 ? { source, launch } : undefined;
  };
  const found = await until(gathered, "everybody is in one world", endedMs);
  return { ...found, target: found.source === "hub" ? "left_world" : "hub" };
}
