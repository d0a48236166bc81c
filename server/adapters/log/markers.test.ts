import { beforeEach, describe, expect, test } from "vitest";
import { hashOf, TestCluster } from "#engine/testing.ts";
import type { Address } from "#shared/address.ts";
import { markersOf } from "./markers.ts";

/** The real engine and machines among outsiders who only listen; the log's lines are what counts here. */
class Story extends TestCluster {
  #read = 0;

  /** The lines written since the last look. */
  get lines(): string[] {
    const news = this.transitions.slice(this.#read);
    this.#read = this.transitions.length;
    const urlOf = (world: string): string => `ws://127.0.0.1/${world}`;
    return news.flatMap((event) => markersOf(event, { urlOf }));
  }

  async open(id: string): Promise<void> {
    await this.tell(`client:c-${id}`, `session:${id}`, {
      type: "open",
      hello: { re: 1, version: "0.1", protocol: 1 },
    });
  }

  lease(id: string): string {
    return this.last(`player:${id}`, "lease")["lease"] as string;
  }

  async redeem(id: string): Promise<void> {
    await this.ask(id, { type: "lease.redeem", lease: this.lease(id) });
  }

  async ask(id: string, request: { type: string; [field: string]: unknown }): Promise<void> {
    await this.tell(`client:c-${id}`, `session:${id}`, { id: 9, ...request });
  }

  order(): { launch: string; world: string; token: string } {
    return this.last("host:local", "launch") as never;
  }

  async register(link: string, order = this.order()): Promise<Address<"launch">> {
    const launch: Address<"launch"> = `launch:${order.launch}`;
    await this.tell("host:local", launch, { type: "started", pid: 77 });
    await this.tell(`launch-link:${link}`, launch, {
      type: "register",
      tokenHash: hashOf(order.token),
      world: order.world,
      version: "0.1",
      protocol: 1,
      pid: 77,
      endpoint: { port: 1 },
      roster: { inside: [], expected: [] },
    });
    return launch;
  }

  /** Everything from hello to the first world. */
  async arrive(id: string, link: string): Promise<{ launch: Address<"launch">; admission: string }> {
    await this.open(id);
    await this.redeem(id);
    const launch = await this.register(link);
    const { admission } = this.last(`launch-link:${link}`, "expect") as unknown as { admission: string };
    await this.tell(`launch-link:${link}`, launch, { type: "acked", admission });
    await this.tell(`launch-link:${link}`, launch, { type: "arrived", admission });
    return { launch, admission };
  }
}

let story: Story;
beforeEach(() => {
  story = new Story();
});

describe("the marker lines", () => {
  test("tell a first arrival in VirtuCade's words", async () => {
    await story.arrive("ada", "hub");
    const lease = story.lease("ada");
    expect(story.lines).toEqual([
      `TRAVEL_LEASE_CREATED id=${lease} peer=ada target=hub source=none`,
      `WORLD_JOIN_REQUEST_RECEIVED id=${lease} peer=ada key=hub`,
      "MASTER_WORLD_STARTED key=hub pid=77",
      "MASTER_WORLD_REGISTERED key=hub peer=hub url=ws://127.0.0.1/hub",
      "MASTER_WORLD_RUNNING key=hub pid=77",
      "MASTER_WORLD_JOIN_RESERVED key=hub peer=ada pending=1",
      `WORLD_JOIN_APPROVED id=${lease} peer=ada key=hub`,
      "MASTER_WORLD_PLAYERS key=hub count=1",
      "MASTER_WORLD_JOIN_RELEASED key=hub peer=ada pending=0",
    ]);
  });

  test("tell a journey through a portal, with both worlds' counts", async () => {
    const { launch, admission } = await story.arrive("ada", "hub");
    expect(story.lines).not.toEqual([]);
    const portal = {
      type: "portal",
      admission,
      request: "r1",
      portal: "Door",
      target: "left_world",
      spawn: "Door",
    };
    await story.tell("launch-link:hub", launch, portal);
    expect(story.lines).toEqual([
      `TRAVEL_LEASE_CREATED id=${story.lease("ada")} peer=ada target=left_world source=hub`,
    ]);
    await story.redeem("ada");
    const left = await story.register("left");
    const entry = story.last("launch-link:left", "expect") as unknown as { admission: string };
    for (const type of ["acked", "arrived"])
      await story.tell("launch-link:left", left, { type, admission: entry.admission });
    await story.tell("launch-link:hub", launch, { type: "departed", admission, seq: 1 });
    expect(story.lines.slice(-3)).toEqual([
      "MASTER_WORLD_PLAYERS key=left_world count=1",
      "MASTER_WORLD_JOIN_RELEASED key=left_world peer=ada pending=0",
      "MASTER_WORLD_PLAYERS key=hub count=0",
    ]);
  });

  test("tell an idle stop", async () => {
    const { launch, admission } = await story.arrive("ada", "hub");
    const place = { world: "hub", x: 1, y: 1, facing: 0 };
    await story.tell("launch-link:hub", launch, { type: "left", admission, seq: 1, place });
    expect(story.lines.at(-1)).toBe("MASTER_WORLD_PLAYERS key=hub count=0");
    for (let beat = 0; beat < 6; beat += 1) {
      await story.tell("launch-link:hub", launch, {
        type: "heartbeat",
        roster: { inside: [], expected: [] },
      });
      await story.nature.pass(1000);
    }
    await story.tell("launch-link:hub", launch, { type: "stop.ready" });
    await story.tell("host:local", launch, { type: "exited", code: 0 });
    expect(story.lines).toEqual([
      "MASTER_WORLD_IDLE key=hub players=0",
      "MASTER_WORLD_STOP_REQUESTED key=hub reason=idle",
      "MASTER_WORLD_STOPPED key=hub pid=77 reason=idle",
    ]);
  });

  test("tell a crash, and whom it threw out", async () => {
    const { launch } = await story.arrive("ada", "hub");
    expect(story.lines).not.toEqual([]);
    await story.tell("host:local", launch, { type: "exited", code: 1 });
    expect(story.lines).toEqual([
      "MASTER_WORLD_DEREGISTERED key=hub reason=process_exited",
      "MASTER_WORLD_STOPPED key=hub pid=77 reason=process_exited",
      "WORLD_JOIN_STATE_CLEARED key=hub inside=1 expected=0",
      "MASTER_WORLD_FAILED key=hub failures=1 cause=exit_1",
      `TRAVEL_LEASE_CREATED id=${story.lease("ada")} peer=ada target=hub source=none`,
    ]);
  });

  test("tell how one launch takes over from another", async () => {
    const old = await story.arrive("ada", "hub");
    expect(story.lines).not.toEqual([]);
    await story.tell("operator:o1", "world:hub", { type: "replace", noticeMs: 60_000 });
    const heir = await story.register("heir");
    const [was, is] = [old.launch, heir].map((launch) => launch.slice("launch:".length));
    expect(story.lines).toEqual([
      `MASTER_WORLD_REPLACING key=hub launch=${was} heir=${is}`,
      "MASTER_WORLD_STARTED key=hub pid=77",
      "MASTER_WORLD_TESTING key=hub pid=77",
    ]);
    await story.tell("launch-link:heir", heir, { type: "tested" });
    await story.tell("launch-link:hub", old.launch, { type: "state", isFinal: true });
    expect(story.lines).toEqual([
      "MASTER_WORLD_PROVED key=hub pid=77",
      `MASTER_WORLD_REPLACED key=hub launch=${was} heir=${is}`,
      "MASTER_WORLD_DRAINING key=hub pid=77 to=hub in_ms=60000",
    ]);
  });

  test("tell an heir that failed, and why", async () => {
    const old = await story.arrive("ada", "hub");
    await story.tell("operator:o1", "world:hub", { type: "replace", noticeMs: 60_000 });
    const heir = await story.register("heir");
    expect(story.lines).not.toEqual([]);
    await story.tell("launch-link:heir", heir, { type: "tested", fault: "a wall\nat Door" });
    await story.tell("host:local", heir, { type: "exited", signal: "SIGKILL" });
    const [was, is] = [old.launch, heir].map((launch) => launch.slice("launch:".length));
    const { lines } = story;
    expect(lines).toContain(
      `MASTER_WORLD_KEPT key=hub launch=${was} heir=${is} cause=test_failed:_a_wall\\u000aat_Door`,
    );
    expect(lines.some((line) => line.startsWith("MASTER_WORLD_FAILED"))).toBe(false);
  });

  test("tell that a world fails again and again, and why", async () => {
    await story.open("ada");
    await story.redeem("ada");
    for (let launches = 0; launches < 2; launches++)
      await story.tell("host:local", `launch:${story.order().launch}`, { type: "exited", code: 15 });
    expect(story.lines.filter((line) => line.startsWith("MASTER_WORLD_"))).toEqual([
      "MASTER_WORLD_STOPPED key=hub reason=process_exited",
      "MASTER_WORLD_FAILED key=hub failures=1 cause=exit_15",
      "MASTER_WORLD_STOPPED key=hub reason=process_exited",
      "MASTER_WORLD_FAILED key=hub failures=2 cause=exit_15",
      "MASTER_WORLD_BACKING_OFF key=hub failures=2 cause=exit_15",
    ]);
  });

  test("tell a silent world's end", async () => {
    await story.arrive("ada", "hub");
    expect(story.lines).not.toEqual([]);
    await story.nature.pass(25_500);
    expect(story.lines).toEqual([
      "MASTER_WORLD_DEREGISTERED key=hub reason=link_lost",
      "MASTER_WORLD_EXPIRED key=hub",
      "MASTER_WORLD_STOP_REQUESTED key=hub reason=heartbeat_timeout",
      "MASTER_WORLD_KILLED key=hub pid=77 reason=heartbeat_timeout",
    ]);
  });

  test("tell a world that never starts", async () => {
    await story.open("ada");
    await story.redeem("ada");
    expect(story.lines).toHaveLength(2);
    await story.nature.pass(10_500);
    expect(story.lines).toEqual([
      "MASTER_WORLD_STOP_REQUESTED key=hub reason=start_timeout",
      "MASTER_WORLD_KILLED key=hub reason=start_timeout",
    ]);
  });

  test("tell a world that does not know its ticket", async () => {
    await story.open("ada");
    await story.redeem("ada");
    const launch = await story.register("hub");
    expect(story.lines).not.toEqual([]);
    for (let beat = 0; beat < 11; beat += 1) {
      await story.tell("launch-link:hub", launch, {
        type: "heartbeat",
        roster: { inside: [], expected: [] },
      });
      await story.nature.pass(1000);
    }
    const lease = story.lease("ada");
    expect(story.lines).toContain(`WORLD_JOIN_TICKET_ACK_TIMEOUT id=${lease} peer=ada key=hub`);
  });

  test("name an account at log-in and log-out and nowhere else", async () => {
    const { launch, admission } = await story.arrive("ada", "hub");
    expect(story.lines).not.toEqual([]);
    await story.ask("ada", { type: "login", name: "Zoë" });
    const { lines } = story;
    expect(lines).toContain("MASTER_LOGIN peer=ada account=Zoë world=hub");
    expect(lines.filter((line) => line.includes("Zoë"))).toHaveLength(1);
    await story.tell("launch-link:hub", launch, {
      type: "saves",
      saves: [{ admission, seq: 1, place: { world: "hub", x: 9, y: 9, facing: 0 } }],
    });
    expect(story.lines).toEqual([]);
    await story.ask("ada", { type: "logout" });
    expect(story.lines).toContain("MASTER_LOGOUT peer=ada account=Zoë");
  });

  test("tell that somebody talks, not what", async () => {
    await story.arrive("ada", "hub");
    expect(story.lines).not.toEqual([]);
    for (let n = 0; n < 11; n += 1) await story.ask("ada", { type: "chat.send", text: "psst" });
    const { lines } = story;
    expect(lines.filter((line) => line === "[CHAT] received from peer=ada")).toHaveLength(10);
    expect(lines.at(-1)).toBe("[CHAT] rate limited peer=ada");
    expect(lines.join("\n")).not.toContain("psst");
  });

  test("tell who asks for a world by name", async () => {
    await story.arrive("ada", "hub");
    expect(story.lines).not.toEqual([]);
    await story.ask("ada", { type: "world.join", world: "hub" });
    await story.ask("ada", { type: "world.rejoin", world: "hub" });
    expect(story.lines.slice(0, 2)).toEqual([
      "WORLD_JOIN_REQUEST_RECEIVED peer=ada key=hub",
      "WORLD_REJOIN_REQUEST_RECEIVED peer=ada key=hub",
    ]);
  });

  test("say nothing about what no machine took", async () => {
    await story.tell("host:local", "launch:nobody", { type: "exited", code: 0 });
    expect(story.lines).toEqual([]);
  });
});
