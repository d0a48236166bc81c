import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PackInfo } from "#shared/protocol/parts.ts";
import { TestBuilds } from "./testing-builds.ts";
import { order, reportOf } from "./testing-orders.ts";
import type { TestPlayer } from "./testing-player.ts";
import { TestMasters } from "./testing-masters.ts";
import { isRunning, type TestMaster } from "./testing.ts";

const settings = { PORTCADE_LIMIT_DRAIN_LEAST_MS: "1000", PORTCADE_LIMIT_TEST_MS: "3000" };
const broken = `export const rules = { onEnter() { throw new Error("no stones left"); } };`;

let builds: TestBuilds;
const masters = new TestMasters();
let master: TestMaster;
const players: TestPlayer[] = [];
beforeEach(async () => {
  builds = new TestBuilds();
  master = await start();
});
afterEach(async () => {
  for (const player of players.splice(0)) player.cut();
  builds.remove();
});

const start = (more: Record<string, string> = {}, dataDir?: string): Promise<TestMaster> =>
  masters.start({ ...settings, ...more }, dataDir, [], builds.entry);

/** Somebody who has no pack yet: fetches the one they are told of, and goes in. */
async function enter(): Promise<{ player: TestPlayer; packs: readonly string[]; pack: PackInfo }> {
  const player = await master.player();
  players.push(player);
  const packs: string[] = [];
  let granted = await player.control.until("lease");
  for (;;) {
    const pack = granted["pack"] as PackInfo;
    packs.push(pack.sha256);
    const response = await fetch(pack.url);
    expect(response.status).toBe(200);
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(pack.sha256);
    expect(bytes.length).toBe(pack.size);
    expect(Date.parse(response.headers.get("last-modified") ?? "")).toBe(pack.mtime * 1000);
    player.ask({ type: "lease.redeem", lease: granted["lease"] });
    const next = await player.control.until(({ type }) => ["ticket", "lease", "denied"].includes(type));
    expect(next.type).not.toBe("denied");
    if (next.type === "ticket") {
      await player.show(next);
      return { player, packs, pack };
    }
    granted = next;
  }
}

describe("a new build with a new pack", () => {
  test("that fails changes nothing: newcomers get the old pack, and go into the old launch", async () => {
    const { pack: first } = await enter();
    const old = master.pidOf("hub");
    await master.until("packs.kept");
    const sha256 = builds.pack("hub", "the new pack");
    builds.rules("hub", broken);
    const { code, lines } = await order(master, "upgrade", "hub");
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(/^Nothing has changed/);

    const { pack, packs } = await enter();
    expect(packs).toEqual([first.sha256]);
    expect(pack).toMatchObject({ sha256: first.sha256, size: first.size, mtime: first.mtime });
    expect(isRunning(old)).toBe(true);
    expect(await reportOf(master, "hub")).toMatchObject({ phase: "open", players: 2 });

    builds.rules("hub", "export const rules = {};");
    expect((await order(master, "upgrade", "hub")).code).toBe(0);
    const { pack: newest } = await enter();
    expect(newest.sha256).toBe(sha256);
    expect(master.pidOf("hub")).not.toBe(old);
  });

  test("that fails changes nothing for the next master either", async () => {
    const { pack: first } = await enter();
    const old = master.pidOf("hub");
    await master.until("packs.kept");
    const { build } = (await reportOf(master, "hub")).launches[0] ?? {};
    expect(build).toMatch(/^[0-9a-f]{8}$/);
    builds.pack("hub", "the new pack");
    builds.rules("hub", broken);
    builds.map("hub", ({ spawns }) => Object.assign((spawns as { default: object }).default, { x: 450 }));
    await master.stop("SIGKILL");
    master = await start({}, master.dataDir);
    await master.untilMarker("MASTER_WORLD_REGISTERED key=hub");
    const { player, pack } = await enter();
    expect(pack.sha256).toBe(first.sha256);
    expect(player.replica.self).toMatchObject({ x: 400, y: 260 });
    expect(isRunning(old)).toBe(true);
    const { launches, build: onDisk } = await reportOf(master, "hub");
    expect(launches[0]?.build).toBe(build);
    expect(onDisk).not.toBe(build);
  });

  test("comes with the next player who goes there, as if it had been ordered", async () => {
    await enter();
    await master.until("packs.kept");
    const sha256 = builds.pack("hub", "the new pack");
    expect((await enter()).pack.sha256).not.toBe(sha256);
    expect(await master.until("operator.ordered")).toMatchObject({ order: "world.renew", world: "hub" });
    await master.until(
      ({ event, id, input }) => event === "world.open" && id === "world:hub" && input === "handed",
    );
    expect((await enter()).pack.sha256).toBe(sha256);
  });

  test("that is not complete does not come with the next player, and says why", async () => {
    await enter();
    const old = master.pidOf("hub");
    await master.until("packs.kept");
    builds.pack("hub", "half of it", false);
    await enter();
    expect(await master.until("worlds.refused")).toMatchObject({ world: "hub" });
    expect(master.pidOf("hub")).toBe(old);
  });
});

test("with PORTCADE_NEW_PACKS=at-once a new pack is on offer as soon as it lies there", async () => {
  master = await start({ PORTCADE_NEW_PACKS: "at-once" });
  const { player } = await enter();
  const sha256 = builds.pack("hub", "the new pack");
  const told = await player.control.until("notice");
  expect(told).toMatchObject({ notice: "pack_changed", world: "hub", pack: { sha256 } });
});
