import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lastWords } from "#shared/protocol/launch-master.ts";
import type { LaunchOrder, LastWords } from "#shared/protocol/launch-master.ts";
import { hall } from "./testing.ts";
import { Stage } from "./testing-stage.ts";
import { type RawPlayer, writeWorld } from "./testing-world.ts";

/** Counts who comes, and says so to nobody but the next launch. */
const visitBook = `
  let visits = 0;
  export const rules = {
    onEnter: () => void visits++,
    save: () => ({ visits }),
    restore: (saved) => { visits = saved.visits; },
  };`;
/** Remembers something else all the time. */
const hourglass = "export const rules = { save: ({ tick }) => tick };";
const at = { world: "hub", x: 80, y: 80, facing: 0 };
const stage = new Stage((outDir) => {
  writeWorld(outDir, hall, visitBook);
  writeWorld(outDir, { ...hall, key: "hourglass" }, hourglass);
});
const words = (): string => join(stage.master.folder, "l1.words");

/** A world with one player in it. */
async function play(order: Partial<LaunchOrder> = {}): Promise<RawPlayer> {
  await stage.start(order, words());
  return stage.play("Ada");
}

const left = (): LastWords => lastWords.parse(JSON.parse(readFileSync(words(), "utf8")));
const state = (visits: number): string => JSON.stringify({ visits });

describe("what a world remembers", () => {
  test("comes with its order, is said when it has changed, and handed over when it is asked for", async () => {
    await play({ state: state(40), limits: { checkpointMs: 100 } });
    expect(await stage.master.next("state")).toEqual({ type: "state", text: state(41), isFinal: false });
    stage.master.tell({ type: "restore", text: state(7) });
    stage.master.tell({ type: "handover" });
    expect(await stage.master.next("state")).toEqual({ type: "state", text: state(7), isFinal: true });
  });

  test.each(["stop", "SIGTERM"] as const)(
    "is said at the end, after everybody's last place: %s",
    async (by) => {
      const ada = await play();
      if (by === "stop") stage.master.tell({ type: "stop", reason: "shutdown" });
      else stage.world.child.kill(by);
      expect(await ada.closed).toBe(4013);
      expect(await stage.world.exited).toBe(0);
      const last = stage.master.heard.all.filter(({ type }) => type === "left" || type === "state");
      expect(last).toMatchObject([
        { type: "left", admission: "a-Ada", place: at },
        { type: "state", text: state(1), isFinal: true },
      ]);
      expect(readFileSync(words(), "utf8")).toBe("");
    },
  );
});

describe("a world whose master is gone", () => {
  test("that is killed has written down where everybody stood, and what it remembers", async () => {
    const ada = await play({ world: "hourglass", limits: { saveMs: 100, checkpointMs: 100 } });
    await stage.master.leave();
    const until = (fits: (told: LastWords) => boolean): Promise<unknown> =>
      ada.snapshots.until(() => readFileSync(words(), "utf8") !== "" && fits(left()));
    await until(({ saves, state }) => saves.length > 0 && state !== undefined);
    const before = left();
    expect(before).toMatchObject({ launch: "l1", saves: [{ admission: "a-Ada", place: { x: 80 } }] });
    const seq = before.saves[0]?.seq ?? 0;
    await until(({ saves, state }) => (saves[0]?.seq ?? 0) > seq && Number(state) > Number(before.state));
    stage.world.child.kill("SIGKILL");
    await stage.world.exited;
    expect(left().launch).toBe("l1");
  });

  test.each([
    ["waits in vain", 20, undefined],
    ["is told to end", 0, "SIGTERM"],
  ] as const)("that %s sends everybody away, and leaves nothing unsaid", async (_, code, signal) => {
    const ada = await play({ limits: { masterLossMs: signal ? 60_000 : 300 } });
    await stage.master.leave();
    await stage.world.log.until(({ event }) => event === "master.lost");
    if (signal) stage.world.child.kill(signal);
    expect(await ada.closed).toBe(4013);
    expect(await stage.world.exited).toBe(code);
    expect(left()).toMatchObject({ saves: [{ admission: "a-Ada", place: at }], state: state(1) });
  });
});

describe("a launch that is to take over", () => {
  test("proves itself on copies of its rules, though it may read no file any more", async () => {
    await play({ state: state(40) });
    stage.master.tell({ type: "test" });
    expect(await stage.master.next("tested")).toEqual({ type: "tested" });
    stage.master.tell({ type: "handover" });
    expect(await stage.master.next("state")).toMatchObject({ text: state(41) });
  });

  test.each([
    ["do not load", "export const rules = {", {}, /^Unexpected end of input/],
    ["throw", "export const rules = { onTick() { throw new Error('bad rule'); } };", {}, /^onTick threw/],
    ["cannot read what was saved", visitBook, { state: "null" }, /^restore threw: TypeError/],
  ])("whose rules %s says so", async (_, module, order, fault) => {
    writeWorld(stage.outDir, { ...hall, key: "heir" }, module);
    stage.launch({ world: "heir", ...order });
    await stage.master.next("heartbeat");
    stage.master.tell({ type: "test" });
    expect((await stage.master.next("tested")).fault).toMatch(fault);
    await stage.master.next("heartbeat");
  });
});

describe("rules beyond the leash", () => {
  test("that throw outside a hook end the process, and its exit code says so", async () => {
    writeWorld(
      stage.outDir,
      { ...hall, key: "wild" },
      "setTimeout(() => { throw new Error('wild'); }, 100);",
    );
    stage.launch({ world: "wild" });
    expect(await stage.world.exited).toBe(1);
  });
});
