import { describe, expect, test } from "vitest";
import { Story } from "./testing-story.ts";

const operator = "operator:o1";
const evacuate = { type: "evacuate", noticeMs: 1000, target: "left_world" };

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

/** Ada in the hub, whose players are moved to the left world. */
class Evacuation extends Story {
  hub = "";
  admission = "";
  readonly #inside = new Map<string, string>();

  /** @param name of the account she plays with */
  static async due(name?: string): Promise<Evacuation> {
    const story = new Evacuation();
    await story.begin(name);
    await story.tell(operator, "world:hub", evacuate);
    await story.pass(1);
    expect(story.last("player:ada", "lease")).toMatchObject({ cause: "drain", world: "left_world" });
    return story;
  }

  async begin(name?: string): Promise<void> {
    const { launch, admission } = await this.arriveFirst("ada");
    Object.assign(this, { hub: launch, admission });
    this.#inside.set(admission, "ada");
    if (name === undefined) return;
    await this.ask({ type: "login", id: 2, name });
    await this.redeem("ada");
    this.admission = await this.enter("ada", launch, "hub");
    await this.fromHub({ type: "departed", admission, seq: 1 });
    this.#inside.clear();
    this.#inside.set(this.admission, "ada");
  }

  async ask(request: { type: string; [field: string]: unknown }): Promise<void> {
    await this.tell("client:c-ada", "session:ada", request);
  }

  async fromHub(word: { type: string; [field: string]: unknown }): Promise<void> {
    await this.tell("launch-link:hub", `launch:${this.hub}`, word);
  }

  /** The avatar in the hub goes, and stood here last. */
  async leave(type: "departed" | "left", x: number): Promise<void> {
    const place = { world: "hub", x, y: 5, facing: 0 };
    this.#inside.delete(this.admission);
    await this.fromHub({ type, admission: this.admission, seq: 9, place });
  }

  /** Seconds in which the hub says who is inside. */
  async pass(seconds: number): Promise<void> {
    const inside = [...this.#inside].map(([admission, session]) => ({ admission, session, active: true }));
    for (let second = 0; second < seconds; second++) {
      await this.fromHub({ type: "heartbeat", roster: { inside, expected: [] } });
      await this.nature.pass(1000);
    }
  }

  /** The last lease leads into the left world, and the player follows it. */
  async follow(id = "ada"): Promise<string> {
    expect(this.last(`player:${id}`, "lease")).toMatchObject({ world: "left_world" });
    await this.redeem(id);
    const launch = await this.register("left");
    return this.enter(id, launch, "left");
  }

  async refused(id = "ada"): Promise<void> {
    await this.redeem(id);
    expect(this.last(`player:${id}`, "denied")).toMatchObject({ reason: "world_draining", final: true });
  }

  get resume(): string {
    const { resume } = this.last("client:c-ada", "attach")["welcome"] as { resume: string };
    return resume.slice("ada.".length);
  }
}

describe("while a world is emptied", () => {
  test("whoever logs in on the way is moved as who they are now", async () => {
    const story = await Evacuation.due();
    await story.ask({ type: "login", id: 2, name: "Ada" });
    expect(story.last("player:ada", "lease")).toMatchObject({ cause: "login", world: "hub" });
    await story.refused();
    expect(story.session("ada")).toMatchObject({ phase: "inWorld", admission: { id: story.admission } });
    await story.pass(10);
    const admission = await story.follow();
    await story.leave("departed", 7);
    expect(story.session("ada")).toMatchObject({
      phase: "inWorld",
      admission: { id: admission, world: "left_world", identity: { account: "account:ada" } },
      place: { world: "left_world" },
    });
    expect(story.store.read("account:ada")).toMatchObject({ place: { world: "left_world" } });
  });

  test("whoever logs out on the way is moved as a guest, and the account keeps its last steps", async () => {
    const story = await Evacuation.due("Ada");
    await story.ask({ type: "logout", id: 3 });
    expect(story.last("player:ada", "lease")).toMatchObject({ cause: "logout", world: "hub" });
    await story.refused();
    await story.pass(10);
    const admission = await story.follow();
    await story.leave("departed", 7);
    expect(story.session("ada")).toMatchObject({
      phase: "inWorld",
      admission: { id: admission, world: "left_world", identity: { name: "Guest-2" } },
    });
    expect(story.store.read("account:ada")).toMatchObject({ phase: "free", place: { world: "hub", x: 7 } });
  });

  test("a page that is loaded anew on the way is told the way again", async () => {
    const story = await Evacuation.due();
    const { resume } = story;
    await story.ask({ type: "closed" });
    const told = story.allTo("player:ada").length;
    await story.open("ada", resume);
    expect(story.allTo("player:ada").slice(told)).toEqual(["lease"]);
    const admission = await story.follow();
    expect(story.session("ada")).toMatchObject({ phase: "inWorld", admission: { id: admission } });
  });

  test("whoever is away when it is time is asked once they are back", async () => {
    const story = new Evacuation();
    await story.begin();
    const { resume } = story;
    await story.tell(operator, "world:hub", evacuate);
    await story.ask({ type: "closed" });
    await story.pass(20);
    await story.open("ada", resume);
    const admission = await story.follow();
    expect(story.session("ada")).toMatchObject({ phase: "inWorld", admission: { id: admission } });
  });

  test("whoever has been away for long is saved, and comes back where the others are", async () => {
    const story = new Evacuation();
    await story.begin();
    const { resume } = story;
    await story.ask({ type: "closed" });
    await story.pass(30);
    await story.tell(operator, "world:hub", evacuate);
    await story.pass(2);
    expect(story.last("launch-link:hub", "kick")).toMatchObject({ reason: "world_draining" });
    await story.leave("left", 7);
    await story.open("ada", resume);
    await story.ask({ type: "world.rejoin", id: 4, world: "hub" });
    await story.refused();
    await story.follow();
    expect(story.session("ada")).toMatchObject({ phase: "inWorld", admission: { world: "left_world" } });
  });

  test("a second page that takes the account over on the way leads it on", async () => {
    const story = await Evacuation.due("Ada");
    await story.open("bob");
    await story.tell("client:c-bob", "session:bob", { type: "login", id: 2, name: "Ada" });
    expect(story.last("client:c-ada", "close")).toMatchObject({ why: "continuedElsewhere" });
    expect(story.last("launch-link:hub", "kick")).toMatchObject({ admission: story.admission });
    await story.leave("left", 7);
    expect(story.session("ada")).toBeUndefined();
    expect(story.store.read("account:ada")).toMatchObject({ session: "session:bob", place: { x: 7 } });
    await story.refused("bob");
    await story.follow("bob");
    expect(story.session("bob")).toMatchObject({
      phase: "inWorld",
      admission: { world: "left_world", identity: { account: "account:ada" } },
    });
  });

  test("a second operator is told to wait, whatever they want of it, and the first one hears of the end", async () => {
    const story = await Evacuation.due();
    const orders = [
      { ...evacuate, target: "right_world" },
      { type: "replace", noticeMs: 1000 },
    ];
    for (const order of orders) {
      await story.tell("operator:o2", "world:hub", order);
      expect(story.last("operator:o2", "failed")).toMatchObject({ reason: "try_later" });
    }
    expect(story.allTo("operator:o2")).toEqual(["failed", "failed"]);
    await story.follow();
    await story.leave("departed", 7);
    await story.tell("host:local", `launch:${story.hub}`, { type: "exited", code: 0 });
    expect(story.allTo(operator)).toEqual(["progress", "done"]);
  });

  test("two worlds that are emptied into each other at once lose nobody", async () => {
    const story = await Evacuation.due();
    await story.open("bob");
    await story.refused("bob");
    await story.follow("bob");
    const { launch: left } = story.last("host:local", "launch") as unknown as { launch: string };
    await story.tell("operator:o2", "world:left_world", { ...evacuate, noticeMs: 0, target: "hub" });
    await story.nature.pass(1);
    expect(story.last("player:bob", "lease")).toMatchObject({ cause: "drain", world: "hub" });
    await story.refused("bob");
    await story.refused();
    for (const id of ["ada", "bob"]) expect(story.session(id)).toMatchObject({ phase: "inWorld" });
    // Nobody could be moved; both launches end with everybody inside.
    await story.pass(30);
    for (const launch of [story.hub, left])
      await story.tell("host:local", `launch:${launch}`, { type: "exited", code: 0 });
    expect(story.last(operator, "done")).toBeDefined();
    expect(story.last("operator:o2", "done")).toBeDefined();
    await story.redeem("ada");
    const launch = await story.register("again");
    await story.enter("ada", launch, "again");
    await story.redeem("bob");
    await story.enter("bob", launch, "again");
    for (const id of ["ada", "bob"])
      expect(story.session(id)).toMatchObject({
        phase: "inWorld",
        admission: { launch: `launch:${launch}` },
      });
  });
});
