import { describe, expect, test } from "vitest";
import { Story } from "./testing-story.ts";

describe("a stay", () => {
  test("begins as a guest, with a lease to the initial world and no process", async () => {
    const story = new Story();
    await story.open("ada");
    expect(story.last("client:c-ada", "attach")["welcome"]).toMatchObject({
      name: "Guest-1",
      guest: true,
      resumed: false,
    });
    expect(story.last("player:ada", "lease")).toMatchObject({ world: "hub", cause: "first" });
    expect(story.allTo("host:local")).toEqual(["warm"]);
  });

  test("starts the world at the redeem, and approves only after its acknowledgement", async () => {
    const story = new Story();
    const { admission } = await story.arriveFirst("ada");
    expect(story.session("ada")).toMatchObject({ phase: "inWorld", admission: { id: admission } });
    expect(story.last("launch-link:hub", "activate")["admission"]).toBe(admission);
  });

  test("travels through a portal: the old world lets go before the new one shows the player", async () => {
    const story = new Story();
    const { launch: hub, admission: old } = await story.arriveFirst("ada");
    await story.tell("launch-link:hub", `launch:${hub}`, {
      type: "portal",
      admission: old,
      request: "r1",
      portal: "Door",
      target: "left_world",
      spawn: "Door",
    });
    expect(story.last("launch-link:hub", "hold")).toMatchObject({ admission: old, request: "r1" });
    await story.redeem("ada");
    const left = await story.register("left");
    const admission = await story.enter("ada", left, "left");
    expect(story.last("launch-link:hub", "depart")["admission"]).toBe(old);
    expect(story.allTo("launch-link:left")).not.toContain("activate");
    await story.tell("launch-link:hub", `launch:${hub}`, { type: "departed", admission: old, seq: 1 });
    expect(story.last("launch-link:left", "activate")["admission"]).toBe(admission);
    expect(story.session("ada")).toMatchObject({
      phase: "inWorld",
      place: { world: "left_world", x: 100, y: 100 },
    });
  });

  test("shows the player after a second when the old world stays silent", async () => {
    const story = new Story();
    const { launch: hub, admission: old } = await story.arriveFirst("ada");
    await story.tell("launch-link:hub", `launch:${hub}`, {
      type: "portal",
      admission: old,
      request: "r1",
      portal: "Door",
      target: "left_world",
      spawn: "Door",
    });
    await story.redeem("ada");
    await story.enter("ada", await story.register("left"), "left");
    await story.nature.pass(999);
    expect(story.allTo("launch-link:left")).not.toContain("activate");
    await story.nature.pass(1);
    expect(story.allTo("launch-link:left")).toContain("activate");
  });

  test("goes back into a crashed world where the player stood", async () => {
    const story = new Story();
    const { launch, admission } = await story.arriveFirst("ada");
    const place = { world: "hub", x: 123, y: 77, facing: 1 };
    await story.tell("launch-link:hub", `launch:${launch}`, {
      type: "saves",
      saves: [{ admission, seq: 1, place }],
    });
    await story.tell("host:local", `launch:${launch}`, { type: "exited", code: 1 });
    expect(story.last("player:ada", "world.lost")).toMatchObject({ world: "hub", reason: "crashed" });
    expect(story.last("player:ada", "lease")).toMatchObject({ world: "hub", cause: "rejoin" });
    await story.redeem("ada");
    await story.register("hub2");
    expect(story.last("launch-link:hub2", "expect")["at"]).toEqual(place);
  });

  test("keeps the player where they are when the target cannot be had, and says why", async () => {
    const story = new Story();
    const { launch: hub, admission: old } = await story.arriveFirst("ada");
    await story.tell("launch-link:hub", `launch:${hub}`, {
      type: "portal",
      admission: old,
      request: "r1",
      portal: "Door",
      target: "left_world",
      spawn: "Door",
    });
    const roster = { inside: [{ admission: old, session: "ada", active: true }], expected: [] };
    for (let attempt = 1; attempt <= 3; attempt++) {
      await story.redeem("ada");
      for (let beat = 0; beat < 12; beat++) {
        await story.nature.pass(1000);
        await story.tell("launch-link:hub", `launch:${hub}`, { type: "heartbeat", roster });
      }
      expect(story.last("player:ada", "denied")).toMatchObject({
        reason: "world_unavailable",
        final: attempt === 3,
      });
    }
    expect(story.last("launch-link:hub", "unhold")).toMatchObject({
      request: "r1",
      reason: "world_unavailable",
    });
    expect(story.session("ada")).toMatchObject({ phase: "inWorld", admission: { id: old } });
  });
});

describe("an account", () => {
  async function login(story: Story, id: string, name: string): Promise<void> {
    await story.tell(`client:c-${id}`, `session:${id}`, { type: "login", id: 5, name });
  }

  test("takes no position from the guest that was there before the log-in", async () => {
    const story = new Story();
    const { launch, admission } = await story.arriveFirst("ada");
    await login(story, "ada", "Ada");
    const place = { world: "hub", x: 50, y: 50, facing: 0 };
    await story.tell("launch-link:hub", `launch:${launch}`, {
      type: "saves",
      saves: [{ admission, seq: 1, place }],
    });
    await story.tell("client:c-ada", "session:ada", { type: "closed" });
    await story.nature.pass(60_000);
    expect(story.session("ada")).toBeUndefined();
    expect(story.store.read("account:ada")).toMatchObject({ phase: "free", name: "Ada" });
    expect(story.store.read("account:ada")).not.toHaveProperty("place");
  });

  test("is where it stood when it comes back", async () => {
    const story = new Story();
    const { launch } = await story.arriveFirst("ada");
    await login(story, "ada", "Ada");
    await story.redeem("ada");
    const admission = await story.enter("ada", launch, "hub");
    const place = { world: "hub", x: 321, y: 99, facing: 2 };
    await story.tell("launch-link:hub", `launch:${launch}`, {
      type: "saves",
      saves: [{ admission, seq: 1, place }],
    });
    await story.tell("client:c-ada", "session:ada", { type: "closed" });
    await story.nature.pass(60_000);
    await story.open("eve");
    await login(story, "eve", "ADA");
    expect(story.last("player:eve", "identity")).toMatchObject({ name: "Ada", guest: false });
    expect(story.store.read("account:ada")).toMatchObject({ phase: "live", session: "session:eve", place });
  });

  test("is live once: a new log-in takes over, three times a minute, and the old tab is told", async () => {
    const story = new Story();
    for (const id of ["a", "b", "c", "d", "e"]) await story.open(id);
    for (const id of ["a", "b", "c", "d"]) await login(story, id, "Ada");
    expect(story.allTo("client:c-a")).toContain("close");
    expect(story.session("a")).toBeUndefined();
    await login(story, "e", "Ada");
    expect(story.last("player:e", "denied")).toMatchObject({ reason: "takeover_limit" });
    expect(story.session("d")).toBeDefined();
  });

  test("keeps the last steps when its player logs out", async () => {
    const story = new Story();
    const { launch, admission: guest } = await story.arriveFirst("ada");
    await login(story, "ada", "Ada");
    await story.redeem("ada");
    const admission = await story.enter("ada", launch, "hub");
    await story.tell("launch-link:hub", `launch:${launch}`, { type: "departed", admission: guest, seq: 1 });
    await story.tell("client:c-ada", "session:ada", { type: "logout", id: 6 });
    expect(story.last("player:ada", "identity")).toMatchObject({ name: "Guest-2", guest: true });
    await story.redeem("ada");
    await story.enter("ada", launch, "hub");
    const place = { world: "hub", x: 11, y: 22, facing: 0 };
    await story.tell("launch-link:hub", `launch:${launch}`, { type: "departed", admission, seq: 9, place });
    expect(story.store.read("account:ada")).toMatchObject({ phase: "free", place });
  });
});

describe("what a player says", () => {
  test("is shown in their world too, also while nothing can be saved, and nothing is saved for it", async () => {
    const story = new Story();
    const { admission } = await story.arriveFirst("ada");
    const { commits } = story.store;
    const line = { type: "chat.send", id: 3, text: "hello" };
    await story.tell("client:c-ada", "session:ada", line);
    expect(story.last("launch-link:hub", "bubble")).toMatchObject({ admission, text: "hello" });
    expect(story.store.commits).toBe(commits);
    story.store.isDown = true;
    await story.tell("client:c-ada", "session:ada", { type: "login", id: 4, name: "Ada" });
    expect(story.stalls).toEqual([true]);
    await story.tell("client:c-ada", "session:ada", { ...line, id: 5, text: "still here" });
    expect(story.last("launch-link:hub", "bubble")).toMatchObject({ text: "still here" });
  });
});

describe("the version gate", () => {
  test("leaves no trace of a client of another version", async () => {
    const story = new Story();
    await story.tell("client:x", "session:x", {
      type: "open",
      hello: { re: 1, version: "9.9", protocol: 1 },
    });
    expect(story.last("client:x", "reject")).toMatchObject({ reason: "version_mismatch" });
    expect([...story.engine.states()]).toEqual([]);
    expect(story.store.commits).toBe(0);
  });
});
