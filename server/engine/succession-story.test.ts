import { describe, expect, test } from "vitest";
import { hashOf, settled } from "./testing.ts";
import { Story } from "./testing-story.ts";

const operator = "operator:o1";

/** Ada in the hub, and an operator who wants its launch replaced. */
class Upgrade extends Story {
  old = "";
  heir = "";
  admission = "";

  static async begun(noticeMs = 60_000): Promise<Upgrade> {
    const story = new Upgrade();
    const { launch, admission } = await story.arriveFirst("ada");
    story.old = launch;
    story.admission = admission;
    await story.tell(operator, "world:hub", { type: "replace", noticeMs });
    story.heir = story.last("host:local", "launch")["launch"] as string;
    return story;
  }

  async tested(): Promise<this> {
    await this.register("heir");
    await this.tell("launch-link:heir", `launch:${this.heir}`, { type: "tested" });
    return this;
  }

  async handed(text: string): Promise<this> {
    await this.tell("launch-link:hub", `launch:${this.old}`, { type: "state", text, isFinal: true });
    return this;
  }

  /** A process that outlived the master registers with the next one, everybody still inside. */
  async comeBack(launch: string, link: string): Promise<void> {
    const order = this.heard.find((message) => message.type === "launch" && message["launch"] === launch);
    await this.tell(`launch-link:${link}`, `launch:${launch}`, {
      type: "register",
      tokenHash: hashOf(order?.["token"] as string),
      world: "hub",
      version: "0.1",
      protocol: 1,
      pid: 100,
      endpoint: { port: 1 },
      roster: {
        inside: launch === this.old ? [{ admission: this.admission, session: "ada", active: true }] : [],
        expected: [],
      },
    });
  }

  get hub(): unknown {
    return this.state("world:hub");
  }

  /** Everybody whom the master wants ended ends. */
  async die(): Promise<void> {
    for (const { launch } of this.heard.filter(({ type }) => type === "kill"))
      await this.tell("host:local", `launch:${launch as string}`, { type: "exited", signal: "SIGKILL" });
  }
}

describe("an upgrade", () => {
  test("hands over players, state and newcomers without anybody leaving", async () => {
    const story = await (await (await Upgrade.begun()).tested()).handed("7");
    expect(story.last("launch-link:heir", "restore")).toMatchObject({ text: "7" });
    expect(story.last(operator, "done")).toMatchObject({ launch: story.heir });
    expect(story.hub).toMatchObject({ phase: "open", launch: `launch:${story.heir}` });
    await story.nature.pass(1);
    expect(story.last("player:ada", "notice")).toMatchObject({ notice: "world_draining", world: "hub" });
    expect(story.session("ada")).toMatchObject({ phase: "inWorld", admission: { id: story.admission } });
  });

  test("moves whoever stayed to the end, and ends the old launch", async () => {
    const story = await (await (await Upgrade.begun(3000)).tested()).handed("7");
    const ada = { admission: story.admission, session: "ada", active: true };
    for (let second = 0; second < 4; second++) {
      for (const [link, launch, inside] of [
        ["launch-link:hub", story.old, [ada]],
        ["launch-link:heir", story.heir, []],
      ] as const)
        await story.tell(link, `launch:${launch}`, { type: "heartbeat", roster: { inside, expected: [] } });
      await story.nature.pass(1000);
    }
    expect(story.last("player:ada", "lease")).toMatchObject({ cause: "drain", world: "hub" });
    await story.redeem("ada");
    const admission = await story.enter("ada", story.heir, "heir");
    await story.tell("launch-link:hub", `launch:${story.old}`, {
      type: "departed",
      admission: story.admission,
    });
    expect(story.session("ada")).toMatchObject({
      admission: { id: admission, launch: `launch:${story.heir}` },
    });
    await story.tell("launch-link:hub", `launch:${story.old}`, {
      type: "heartbeat",
      roster: { inside: [], expected: [] },
    });
    await story.nature.pass(1000);
    expect(story.last("launch-link:hub", "stop.prepare")).toBeDefined();
  });

  test("is off when the master dies while the heir is tested: the old launch goes on", async () => {
    const story = await Upgrade.begun();
    await story.register("heir");
    story.restart();
    await settled();
    await story.die();
    await story.comeBack(story.old, "hub2");
    expect(story.state(`launch:${story.heir}`)).toBeUndefined();
    expect(story.hub).toMatchObject({ phase: "open", launch: `launch:${story.old}`, heir: undefined });
  });

  test("is off when the master dies before the heir has taken over", async () => {
    const story = await (await Upgrade.begun()).tested();
    story.restart();
    await story.nature.pass(2000);
    await story.die();
    await story.comeBack(story.old, "hub2");
    expect(story.state(`launch:${story.heir}`)).toBeUndefined();
    expect(story.hub).toMatchObject({ phase: "open", launch: `launch:${story.old}`, heir: undefined });
    expect(story.session("ada")).toMatchObject({ phase: "inWorld", admission: { id: story.admission } });
  });

  test("goes on when the master dies after the heir has taken over", async () => {
    const story = await (await (await Upgrade.begun()).tested()).handed("7");
    story.restart();
    await settled();
    await story.comeBack(story.old, "hub2");
    await story.comeBack(story.heir, "heir2");
    expect(story.hub).toMatchObject({ phase: "open", launch: `launch:${story.heir}` });
    expect(story.state(`launch:${story.old}`)).toMatchObject({ phase: "running", drain: { target: "hub" } });
  });

  test("is over at once when the old launch dies, whoever was in it comes along, and the heir knows its last words", async () => {
    const story = await (await Upgrade.begun()).tested();
    await story.tell("host:local", `launch:${story.old}`, { type: "lastWords", saves: [], state: "6" });
    await story.tell("host:local", `launch:${story.old}`, { type: "exited", signal: "SIGSEGV" });
    expect(story.last("launch-link:heir", "restore")).toMatchObject({ text: "6" });
    expect(story.last(operator, "done")).toMatchObject({ launch: story.heir });
    await story.redeem("ada");
    await story.enter("ada", story.heir, "heir");
    expect(story.session("ada")).toMatchObject({ phase: "inWorld", admission: { world: "hub" } });
  });
});
