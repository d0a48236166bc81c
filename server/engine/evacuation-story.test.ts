import { expect, test } from "vitest";
import { Story } from "./testing-story.ts";

test("whoever comes while the first world is emptied goes where its players go", async () => {
  const story = new Story();
  await story.arriveFirst("ada");
  await story.tell("operator:o1", "world:hub", { type: "evacuate", noticeMs: 300_000, target: "left_world" });
  await story.open("bob");
  expect(story.last("player:bob", "lease")).toMatchObject({ world: "hub" });
  await story.redeem("bob");
  expect(story.last("player:bob", "denied")).toMatchObject({ reason: "world_draining", final: true });
  expect(story.last("player:bob", "lease")).toMatchObject({ world: "left_world" });
  await story.redeem("bob");
  const launch = await story.register("left");
  await story.enter("bob", launch, "left");
  expect(story.session("bob")).toMatchObject({ phase: "inWorld", admission: { world: "left_world" } });
  expect(story.session("ada")).toMatchObject({ phase: "inWorld", admission: { world: "hub" } });
});
