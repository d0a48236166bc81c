import { expect, test } from "vitest";
import { type Store, StoreUnavailable, type Writes } from "./ports.ts";
import { settled } from "./testing.ts";
import { Story } from "./testing-story.ts";

/** Lets the next commit be written, and its answer be lost. */
function loseAnswer(store: Store): void {
  const commit = store.commit.bind(store);
  store.commit = async (writes: Writes) => {
    store.commit = commit;
    await commit(writes);
    throw new StoreUnavailable("the answer was lost");
  };
}

test("what was written although nobody was told is written over by the next commit", async () => {
  const story = new Story();
  await story.open("ada");
  loseAnswer(story.store);
  await story.tell("client:c-ada", "session:ada", { type: "login", id: 7, name: "Ada" });
  expect(story.last("player:ada", "denied")).toMatchObject({ re: 7, reason: "try_later" });
  expect(story.store.read("account:ada")).toMatchObject({ phase: "live" });
  await story.nature.pass(1_000);
  await story.open("bo");
  expect(story.store.read("account:ada")).toBeUndefined();
  const before = story.session("ada");
  story.restart();
  await settled();
  expect(story.session("ada")).toMatchObject({ phase: before?.phase, identity: { name: "Guest-1" } });
});

test("an account is read as it was, not as a commit that failed would have made it", async () => {
  const story = new Story();
  await story.open("ada");
  loseAnswer(story.store);
  await story.tell("client:c-ada", "session:ada", { type: "login", id: 7, name: "Ada" });
  await story.nature.pass(1_000);
  await story.open("bo");
  await story.tell("client:c-bo", "session:bo", { type: "login", id: 8, name: "Ada" });
  expect(story.last("player:bo", "identity")).toMatchObject({ re: 8, name: "Ada" });
  expect(story.allTo("client:c-ada")).not.toContain("close");
});

test("what is to be put right does not grow while the same is tried again and again", async () => {
  const story = new Story();
  const { launch } = await story.arriveFirst("ada");
  const sizes: number[] = [];
  story.store.commit = async (writes: Writes) => {
    sizes.push(writes.size);
    throw new StoreUnavailable("the disk is full");
  };
  // Its player begins another journey each time, and her world another launch.
  await story.tell("host:local", `launch:${launch}`, { type: "exited", code: 1 });
  await story.nature.pass(60_000);
  expect(sizes.length).toBeGreaterThan(50);
  expect(Math.max(...sizes)).toBe(sizes[0]);
});
