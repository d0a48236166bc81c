import { expect, test } from "vitest";
import { Story } from "./testing-story.ts";

const link = "launch-link:hub";

test("a launch that registers while nothing can be saved is asked to wait, and answered as soon as it can be", async () => {
  const story = new Story();
  await story.open("ada");
  await story.redeem("ada");
  story.store.isDown = true;
  const launch = await story.register("hub");
  expect(story.allTo(link)).toEqual(["registration.delayed"]);
  expect(story.last(link, "registration.delayed")).toMatchObject({ epoch: 1 });
  expect(story.state(`launch:${launch}`)).toMatchObject({ phase: "starting" });
  story.store.isDown = false;
  await story.nature.pass(1000);
  expect(story.last(link, "registered")).toMatchObject({ epoch: 1 });
  expect(story.state(`launch:${launch}`)).toMatchObject({ phase: "running" });
});

test("a world that plays on while nothing can be saved is not doubted for it", async () => {
  const story = new Story();
  const { launch, admission } = await story.arriveFirst("ada");
  const roster = { inside: [{ admission, session: "ada", active: true }], expected: [] };
  story.store.isDown = true;
  await story.tell("client:c-ada", "session:ada", { type: "login", id: 4, name: "Ada" });
  for (let second = 0; second < 60; second++) {
    await story.tell(link, `launch:${launch}`, { type: "heartbeat", roster });
    await story.nature.pass(1000);
  }
  story.store.isDown = false;
  await story.nature.pass(1000);
  expect(story.stalls).toEqual([true, false]);
  expect(story.state(`launch:${launch}`)).toMatchObject({ phase: "running" });
  expect(story.allTo(link)).not.toContain("close");
});
