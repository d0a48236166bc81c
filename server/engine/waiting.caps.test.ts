import { describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { Story } from "./testing-story.ts";
import { settled } from "./testing.ts";

const link = "launch-link:hub";
const portal = { type: "portal", request: "r1", portal: "north", target: "left_world", spawn: "default" };
const place = (x: number) => ({ world: "hub", x, y: 0, facing: 0 });

/** A world with somebody in it, whose master can save nothing from now on. */
async function stalled(waitingWords: number): Promise<{ story: Story; launch: string; admission: string }> {
  const story = new Story({ limits: { ...limits, waitingWords } });
  const { launch, admission } = await story.arriveFirst("ada");
  story.store.isDown = true;
  await story.tell(link, `launch:${launch}`, { type: "left", admission, seq: 2, place: place(1) });
  return { story, launch, admission };
}

describe("while nothing can be saved", () => {
  test("so many facts wait, and whose fact is one more begins anew instead of being lost", async () => {
    const { story, launch, admission } = await stalled(3);
    const leave = (seq: number): Promise<void> =>
      story.tell(link, `launch:${launch}`, { type: "left", admission, seq, place: place(seq) });
    await leave(3);
    await leave(4);
    expect(story.allTo(link)).not.toContain("close");
    await leave(5);
    expect(story.last(link, "close")).toMatchObject({ why: "tooManyFrames" });
    story.store.isDown = false;
    await story.nature.pass(1000);
    expect(story.state("session:ada")).not.toHaveProperty("admission");
  });

  test("what replaces its own earlier words always has a place, however full it is", async () => {
    const { story, launch, admission } = await stalled(1);
    const roster = { inside: [{ admission, session: "ada", active: true }], expected: [] };
    for (let n = 1; n <= 20; n++) {
      await story.tell(link, `launch:${launch}`, { type: "heartbeat", roster });
      await story.tell(link, `launch:${launch}`, {
        type: "saves",
        saves: [{ admission, seq: n, place: place(n) }],
      });
      await story.tell(link, `launch:${launch}`, { type: "state", text: `${n}`, isFinal: false });
    }
    expect(story.allTo(link)).not.toContain("close");
  });

  test("a world is told every second to keep what it said, once however much of it waits, until it is saved", async () => {
    const { story, launch, admission } = await stalled(100);
    await story.tell(link, `launch:${launch}`, { type: "left", admission, seq: 3, place: place(3) });
    const told = (): number => story.allTo(link).filter((type) => type === "unsaved").length;
    await story.nature.pass(1000);
    expect(told()).toBe(1);
    await story.nature.pass(90_000);
    expect(told()).toBe(91);
    story.store.isDown = false;
    await story.nature.pass(60_000);
    expect(told()).toBe(92);
  });

  test("a portal is answered at once, and leads nowhere later", async () => {
    const { story, launch, admission } = await stalled(100);
    await story.tell(link, `launch:${launch}`, { ...portal, admission });
    expect(story.last(link, "unhold")).toMatchObject({ admission, request: "r1", reason: "try_later" });
    story.store.isDown = false;
    await story.nature.pass(1000);
    expect(story.allTo("player:ada").filter((type) => type === "lease")).toHaveLength(1);
  });
});

test("so many words wait for their turn; whoever says one more is told so, and the others are heard", async () => {
  const story = new Story({ limits: { ...limits, waitingWords: 4 } });
  const { launch } = await story.arriveFirst("ada");
  await story.open("bob");
  const say = (who: string, id: number): void =>
    story.engine.tell(`client:c-${who}`, `session:${who}`, { type: "chat.send", id, text: "hello" } as never);
  const before = story.allTo("audience:all").length;
  for (let id = 1; id <= 4; id++) say("ada", id);
  say("bob", 9);
  story.engine.tell(link, `launch:${launch}`, { type: "stop.busy" });
  story.engine.tell("host:local", `launch:${launch}`, { type: "started", pid: 7 } as never);
  await settled();
  expect(story.last("player:bob", "denied")).toMatchObject({ re: 9, reason: "try_later" });
  expect(story.last(link, "close")).toMatchObject({ why: "tooManyFrames" });
  expect(story.allTo("audience:all").length - before).toBe(4);
  expect(story.state(`launch:${launch}`)).toMatchObject({ pid: 7 });
});
