import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PackError } from "../packs/pack.ts";
import { createClient, type ClientDeps } from "./client.ts";
import type { ClientEvent } from "./events.ts";
import { Pilot } from "./pilot.ts";
import { fakePacks, StubServer } from "./testing.ts";

function memory(): ClientDeps["storage"] & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
  };
}

describe("client", () => {
  let server: StubServer;
  const open: Pilot[] = [];

  beforeEach(async () => {
    server = await StubServer.open();
  });
  afterEach(async () => {
    for (const { client } of open.splice(0)) await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  /** A client whose page draws at once, unless `isBlind`. */
  function start(deps: Partial<ClientDeps> = {}, isBlind = false): Pilot {
    const client = createClient({
      endpoints: { query: "", master: server.url },
      packs: fakePacks,
      storage: memory(),
      ...deps,
    });
    if (!isBlind) client.subscribe(() => client.loaded && client.drawn());
    const pilot = new Pilot(client, { patienceMs: 8000 });
    open.push(pilot);
    return pilot;
  }

  it("gets from a first hello into the first world, and shows it", async () => {
    const log: string[] = [];
    const pilot = start({ log: (line) => log.push(line) });
    expect(pilot.view.state).toBe("connecting");
    const view = await pilot.inWorld("hub");
    expect(view).toMatchObject({
      world: { key: "hub", name: "Hub" },
      player: { name: "Guest-1", guest: true },
    });
    expect(view.chat).toMatchObject({ isUp: true, lines: [{ text: "chat connected" }] });
    const frame = pilot.client.frame(performance.now());
    expect(frame.self).toMatchObject({ x: 100, y: 100, name: "Guest-1" });
    expect(frame.others).toMatchObject([{ kind: "npc", name: "Host", sprite: "host" }]);
    expect(log.find((line) => line.startsWith("WORLD_PACK_READY"))).toMatch(
      /key=hub status=downloaded cache=downloaded bytes=10 fetched=10/,
    );
    expect(log.some((line) => line.startsWith("PERF_SAMPLE ") && line.includes(" role=client "))).toBe(true);
  });

  it("walks to a portal and through it, and hears itself in chat on the way", async () => {
    const pilot = start();
    await pilot.inWorld("hub");
    const said = pilot.say("on my way");
    await pilot.travelTo("left_world");
    await said;
    expect(pilot.client.loaded?.map.key).toBe("left_world");
    expect(server.told.filter(({ type }) => type === "portal.use")).toHaveLength(1);
    await pilot.until(() => server.worldSockets === 1, "the old world's socket is closed");
    expect(pilot.view.network.transferMs).toBeGreaterThan(0);
    expect(pilot.view.network.corrections).toBe(0);
  });

  it("shows the old world until the new one has something to show, and leaves it once that is drawn", async () => {
    const pilot = start({}, true);
    const { client } = pilot;
    const loaded = (): string | undefined => {
      client.frame(performance.now());
      return client.loaded?.map.key;
    };
    await pilot.until(() => loaded() === "hub", "hub to draw");
    expect(pilot.view).toMatchObject({ state: "traveling", world: undefined });
    client.drawn();
    expect(pilot.view).toMatchObject({ state: "in-world", world: { key: "hub" } });
    server.isShy = true;
    server.lease("left_world");
    await pilot.until(() => server.worldSockets === 2, "both worlds");
    expect(loaded()).toBe("hub");
    server.isShy = false;
    await pilot.until(() => loaded() === "left_world", "left world to draw");
    expect(pilot.view).toMatchObject({ state: "traveling", world: { key: "hub" } });
    expect(server.worldSockets).toBe(2);
    client.drawn();
    expect(pilot.view).toMatchObject({ state: "in-world", world: { key: "left_world" } });
    await pilot.until(() => server.worldSockets === 1, "the old world's socket is closed");
  });

  it("counts a world as drawn when nobody looks at the page", async () => {
    const pilot = start({}, true);
    await pilot.inWorld("hub");
    server.lease("left_world");
    await pilot.inWorld("left_world");
    await pilot.until(() => server.worldSockets === 1, "the old world's socket is closed");
  });

  it("stays where it is when a journey is refused, and says why", async () => {
    const pilot = start();
    await pilot.inWorld("hub");
    server.refuses = "world_unavailable";
    await expect(pilot.travelTo("left_world")).rejects.toThrow("world_unavailable");
    expect(pilot.view).toMatchObject({
      state: "in-world",
      world: { key: "hub" },
      problem: { about: "travel", world: "left_world" },
    });
  });

  it("stays where it is when the pack cannot be had", async () => {
    const broken: ClientDeps["packs"] = {
      ensure: async (info, options) => {
        if (info.key === "left_world") throw new PackError("network", "nothing came");
        return fakePacks.ensure(info, options);
      },
    };
    const log: string[] = [];
    const pilot = start({ packs: broken, log: (line) => log.push(line) });
    await pilot.inWorld("hub");
    await expect(pilot.travelTo("left_world")).rejects.toThrow("pack_offline");
    expect(pilot.view).toMatchObject({
      state: "in-world",
      world: { key: "hub" },
      network: { pack: { status: "failed" } },
    });
    expect(log.some((line) => line.startsWith("WORLD_PACK_FAILED key=left_world reason=pack_offline"))).toBe(
      true,
    );
    await pilot.until(
      () => server.heard.some(({ type }) => type === "lease.release"),
      "the lease given back",
    );
  });

  it("comes back with its token after the control socket dropped, and plays on meanwhile", async () => {
    const pilot = start();
    await pilot.inWorld("hub");
    server.dropControl();
    await pilot.until(({ chat }) => !chat.isUp, "chat down");
    expect(pilot.view.state).toBe("in-world");
    await pilot.until(({ chat }) => chat.isUp, "chat up");
    const hellos = server.heard.filter((message) => message.type === "hello");
    expect(hellos[1]?.resume).toMatchObject({ token: "token-1", epoch: "e1" });
    expect(pilot.view.chat.lines.map(({ text }) => text)).toEqual([
      "chat connected",
      "master disconnected",
      "chat connected",
    ]);
  });

  it("tells whoever watches what becomes of the player, and where they arrived", async () => {
    const events: ClientEvent[] = [];
    const pilot = start({ on: (event) => events.push(event) });
    await pilot.inWorld("hub");
    await pilot.say("hello");
    server.dropControl();
    await pilot.until(() => events.filter(({ type }) => type === "control.up").length === 2, "resumed");
    expect(events).toEqual([
      { type: "control.up", session: "s1", isResumed: false },
      { type: "arrived", world: "hub", lease: "l1", cause: "portal", x: 100, y: 100 },
      { type: "chat", name: "Guest-1", text: "hello" },
      { type: "control.lost", code: 1001 },
      { type: "control.up", session: "s1", isResumed: true },
    ]);
  });

  it("shows the token again after a reload of the same tab, with the newest push it heard", async () => {
    const storage = memory();
    const first = start({ storage });
    await first.inWorld("hub");
    await first.client[Symbol.asyncDispose]();
    const stored = JSON.parse([...storage.items.values()][0] ?? "{}") as { seq: number };
    const second = start({ storage });
    await second.inWorld("hub");
    const [, hello] = server.heard.filter((message) => message.type === "hello");
    expect(hello?.resume).toEqual({ token: "token-1", epoch: "e1", seq: stored.seq });
    expect(stored.seq).toBeGreaterThan(1);
  });

  it("gets back into its world when only the world's socket is lost", async () => {
    const pilot = start();
    await pilot.inWorld("hub");
    server.dropWorlds();
    await pilot.until(({ state }) => state !== "in-world", "lost");
    await pilot.inWorld("hub");
    expect(server.heard.some(({ type }) => type === "world.rejoin")).toBe(true);
  });

  it("asks before it dials a host nobody vouches for, and gives it no stored token", async () => {
    const storage = memory();
    storage.setItem(
      `portcade:resume:ws://evil.localtest.invalid/`,
      JSON.stringify({ token: "x", epoch: "e", seq: 1 }),
    );
    const dialled: string[] = [];
    class Spy extends WebSocket {
      constructor(url: string) {
        super(url.includes("evil") ? server.url : url);
        dialled.push(url);
      }
    }
    const query = "?master_url=ws://evil.localtest.invalid/";
    const asked = start({ storage, Socket: Spy, endpoints: { query, master: server.url } });
    expect(asked.view).toMatchObject({
      state: "rejected",
      prompt: { kind: "confirm_host", hosts: ["evil.localtest.invalid"] },
    });
    expect(dialled).toEqual([]);
    asked.client.answer("confirm_host", true);
    await asked.inWorld("hub");
    expect(dialled[0]).toBe("ws://evil.localtest.invalid/");
    expect(server.heard.find((message) => message.type === "hello")?.resume).toBeUndefined();
    expect(storage.items.size).toBe(1);

    const refused = start({ Socket: Spy, endpoints: { query, master: server.url } });
    dialled.length = 0;
    refused.client.answer("confirm_host", false);
    await refused.inWorld("hub");
    expect(dialled[0]).toBe(server.url);
  });

  it("says what was wrong with a name", async () => {
    const pilot = start();
    await pilot.inWorld("hub");
    pilot.client.login("Guest-7");
    await pilot.until(
      ({ problem }) => problem?.about === "login" && problem.reason === "invalid_name",
      "the refusal",
    );
  });

  it("makes what is connected prove it when the network is back", async () => {
    const host = new EventTarget();
    const pilot = start({ host });
    await pilot.inWorld("hub");
    await pilot.until(() => server.pings >= 2, "the first pings");
    const pings = server.pings;
    host.dispatchEvent(new Event("online"));
    // What was sent before it has come by the time it is answered; the pings that come anyway are far apart.
    await pilot.say("still there");
    expect(server.pings).toBeGreaterThanOrEqual(pings + 2);
  });

  it("closes every socket when it is disposed", async () => {
    const pilot = start();
    await pilot.inWorld("hub");
    expect(server.connections).toBe(2);
    await pilot.client[Symbol.asyncDispose]();
    await pilot.until(() => server.connections === 0, "no connection");
  });
});
