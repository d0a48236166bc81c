import type { Answer } from "#adapters/operator/orders.ts";
import { TestBuilds } from "#roles/testing-builds.ts";
import { memoryOf } from "../database.ts";
import { afterAll, atRest, nobodyLost } from "../laws.ts";
import { give } from "../operator.ts";
import { atMoment, isAt, pointName, type Step, stepsOf } from "../points.ts";
import type { Scenario } from "../scenario.ts";
import { Site } from "../site.ts";
import { until } from "../wait.ts";

const world = "hub";
/** On a machine that has much else to do. */
const endedMs = 90_000;
const seenMs = 30_000;
const settings = {
  LIMIT_DRAIN_LEAST_MS: 500,
  LIMIT_CHECKPOINT_MS: 500,
  LIMIT_DETACH_GRACE_MS: 20_000,
  LIMIT_TEST_MS: 20_000,
};

/** A world says what it knows when it is asked, and not before. */
const forgetful = { ...settings, LIMIT_CHECKPOINT_MS: 600_000 };

type Part = "old" | "heir";
type Victim = Part | "master" | "nobody";

/** Every word between the master and the two launches, from the first of the new one to the flip. */
const steps = stepsOf<Part>([
  ["heir", "launch", "up", "register"],
  ["heir", "launch", "down", "registered"],
  ["heir", "launch", "down", "test"],
  ["heir", "launch", "up", "tested"],
  ["old", "launch", "down", "handover"],
  ["old", "launch", "up", "state"],
  ["heir", "launch", "down", "restore"],
]);

/** What a launch that fails its test says and is told. */
const heard = steps.filter(({ part, type }) => part === "heir" && type !== "restore");

/** A sign says which build the world is of, and how many have come; a broken build cannot put it up. */
const rulesOf = (build: number, isBroken = false): string => `
let came = 0;
let sign;
const show = (world) => {
  ${isBroken ? `throw new Error("no paint left");` : ""}
  if (sign !== undefined) world.despawn(sign);
  sign = world.spawn({ kind: "thing", name: "build ${build} came " + came, sprite: "stone", x: 400, y: 260 });
};
export const rules = {
  onStart: show,
  onEnter: (_, world) => { came++; show(world); },
  save: () => ({ came }),
  restore: (saved, world) => { came = saved.came; show(world); },
};
`;

/**
 * A world is upgraded under its players, and the old launch, the new one or the master is killed at every word of it.
 * Players end in one and the same launch: of the new build when the operator was told so, of the old one when not.
 */
export const upgrades: Scenario = {
  name: "upgrades",
  async run({ tally, luck, undo, isShort }) {
    const builds = new TestBuilds();
    undo.add(() => builds.remove());
    const { entry } = builds;
    const common = { name: "upgrades", tally, luck, undo, entry };
    builds.rules(world, rulesOf(1));
    await handedOver(await Site.open({ ...common, players: 2, settings: forgetful }), builds);
    builds.rules(world, rulesOf(1));
    await using site = await Site.open({ ...common, players: 4, settings });
    const upgrade = new Upgrade(site, builds);
    await upgrade.run("nobody");
    await upgrade.fail("nobody");
    for (const victim of ["old", "heir", "master"] as const)
      for (const step of isShort ? [luck.pick(steps)] : steps) await upgrade.run(victim, step);
    for (const step of isShort ? [] : heard) await upgrade.fail("master", step);
    await atRest(site);
    await afterAll(site);
  },
};

/** What the old launch knows is known to nobody else until it is asked. */
async function handedOver(opened: Site, builds: TestBuilds): Promise<void> {
  await using site = opened;
  await new Upgrade(site, builds).run("nobody");
}

class Upgrade {
  readonly #site: Site;
  readonly #builds: TestBuilds;
  /** Of the files on the disk. */
  #build = 1;

  constructor(site: Site, builds: TestBuilds) {
    this.#site = site;
    this.#builds = builds;
  }

  /** To a build that is good. */
  async run(victim: Victim, step?: Step<Part>): Promise<void> {
    const before = await this.#sign();
    // Whoever is killed has not said yet what happened since.
    if (victim !== "nobody")
      await until(() => remembered(this.#site) >= before.came, "who came is remembered", endedMs);
    this.#builds.rules(world, rulesOf((this.#build += 1)));
    const answer = await this.#order(victim, step);
    let wrong: string | undefined;
    // Who is moved comes once more; of what happened while something was killed it knows what it was told.
    const least = before.came + (victim === "nobody" ? this.#site.players.count : 0);
    // Whoever's world was killed sees its last picture until they know.
    const isRight = async (): Promise<boolean> => {
      const { build, came } = await this.#sign();
      wrong = wrongAfter(victim, answer, { was: before.build, is: build, disk: this.#build });
      wrong ??= came < least ? `${came} came, and ${least} have` : undefined;
      return wrong === undefined;
    };
    const what = `upgrade with ${victim} killed ${step ? pointName(step) : ""}`;
    await until(isRight, what, seenMs).catch(() =>
      this.#site.tally.lose(`${what}: ${wrong}, ${JSON.stringify(answer)}`),
    );
  }

  /** To a build that cannot prove itself: nothing has changed. */
  async fail(victim: Victim, step?: Step<Part>): Promise<void> {
    const old = await this.#only();
    const before = await this.#sign();
    this.#builds.rules(world, rulesOf(this.#build + 1, true));
    const answer = await this.#order(victim, step);
    const after = await this.#sign();
    this.#builds.rules(world, rulesOf(this.#build));
    const what = `failing upgrade with ${victim} killed ${step ? pointName(step) : ""}`;
    const { tally } = this.#site;
    if (!this.#site.launchesOf(world).includes(old) || after.build !== before.build)
      tally.lose(`${what}: the old launch of build ${before.build} is gone, this is build ${after.build}`);
    if (victim === "master" ? answer?.type === "done" : answer?.type !== "failed" || !isExplained(answer))
      tally.lose(`${what}: the operator was told ${JSON.stringify(answer)}`);
  }

  /** Resolves when everything is quiet again. */
  async #order(victim: Victim, step: Step<Part> | undefined): Promise<Answer | undefined> {
    const site = this.#site;
    const old = await this.#only();
    let killed: Promise<void> | undefined;
    let isHanded = false;
    const fits = (moment: Parameters<typeof isAt>[0]): boolean => {
      const isOld = moment.pipe.notes.get("launch") === old;
      isHanded ||= isOld && moment.type === "handover";
      if (!step || !isAt(moment, step) || moment.pipe.notes.get("world") !== world) return false;
      return isOld === (step.part === "old") && (step.type !== "state" || isHanded);
    };
    const strike = (): void => {
      if (victim === "master") killed = site.killMaster();
      const target = victim === "old" ? old : site.launchesOf(world).find((launch) => launch !== old);
      const pid = victim === "master" ? undefined : site.pidOf(target ?? "");
      if (pid !== undefined) site.killWorld(pid);
    };
    const came = step && atMoment(site, fits, strike, endedMs);
    const answer = await give(site.dataDir, { type: "world.upgrade", world, noticeMs: 1000 });
    if (step && (await came)) site.tally.point(`${victim} killed ${pointName(step)}`);
    else if (step)
      site.tally.lose(`upgrade with ${victim} to be killed ${pointName(step)}: it was never said`);
    if (killed) {
      await killed;
      await site.start();
    }
    await nobodyLost(site);
    await until(() => site.launchesOf(world).length === 1, "one launch is left", endedMs);
    await nobodyLost(site);
    return answer;
  }

  /** The launch there is, once an upgrade before has left no other. @throws Late */
  async #only(): Promise<string> {
    const only = (): string | undefined => {
      const [launch, ...more] = this.#site.launchesOf(world);
      return more.length === 0 ? launch : undefined;
    };
    return until(only, "one launch is left", endedMs);
  }

  /** What all players see alike. @throws Late when they do not */
  async #sign(): Promise<{ build: number; came: number }> {
    const { players } = this.#site;
    const seen = async (): Promise<string | undefined> => {
      const sights = await Promise.all(players.numbers.map((bot) => players.look(bot)));
      const signs = new Set(sights.map((sight) => sight.world === world && sight.things.join()));
      const [sign] = signs;
      return signs.size === 1 && sign ? sign : undefined;
    };
    const sign = await until(seen, "all players see the same sign", endedMs);
    const [, build, came] = /build (\d+) came (\d+)/.exec(sign) ?? [];
    return { build: Number(build), came: Number(came) };
  }
}

/** A launch that is killed comes back as what lies on the disk; a master may be killed before it has answered. */
function wrongAfter(
  victim: Victim,
  answer: Answer | undefined,
  build: { was: number; is: number; disk: number },
): string | undefined {
  if (answer === undefined) return victim === "master" ? undefined : "the operator was told nothing";
  if (answer.type === "failed" && (victim === "nobody" || answer.cause === undefined)) return "it failed";
  const expected = answer.type === "done" || victim === "old" ? build.disk : build.was;
  return build.is === expected ? undefined : `the players' build is ${build.is} and not ${expected}`;
}

function isExplained(answer: Answer | undefined): boolean {
  return answer?.type === "failed" && /no paint left/.test(answer.cause ?? "");
}

function remembered({ dataDir }: Site): number {
  return (JSON.parse(memoryOf(dataDir, world) ?? "{}") as { came?: number }).came ?? 0;
}
