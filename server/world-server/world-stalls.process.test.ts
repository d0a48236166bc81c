import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeCommands } from "#shared/protocol/commands.ts";
import { Stage, writeSwarm } from "./testing-stage.ts";
import { orderFor, StubMaster, WorldProcess } from "./testing-world.ts";

const stage = new Stage(writeSwarm);
/** Who reads is never silent for so long; whoever does not is let go after it. */
const silence = { pingMs: 250, pongMs: 1000 };

/** Another world plays on meanwhile: its heartbeats are the time that passes. */
async function otherWorldBeats(count: number): Promise<void> {
  await using otherMaster = await new StubMaster().listen();
  await using other = new WorldProcess(stage.outDir);
  other.order(orderFor(otherMaster));
  for (let beats = 0; beats < count; beats++) await otherMaster.next("heartbeat");
}

describe("a world that stood still", () => {
  test("judges nobody before it has read what they sent, and catches up without a burst", async () => {
    await stage.start({ limits: { ...silence, saveMs: 100 } });
    const { master, world } = stage;
    const ada = await stage.play("Ada", { autoPong: false });
    const right = { dx: 127, dy: 0, buttons: 0 };
    await ada.pings.until(() => true);
    world.child.kill("SIGSTOP");
    // Its ping is answered, and everything Ada does for longer than a client would wait is sent.
    ada.socket.pong();
    ada.socket.on("ping", () => ada.socket.pong());
    ada.say({ type: "ping", id: 7 });
    for (let first = 1; first <= 400; first++) ada.say(encodeCommands({ first, commands: [right] }));
    await otherWorldBeats(40);
    const before = { heard: master.heard.all.length, told: ada.snapshots.all.length };
    const tick = ada.snapshots.all.at(-1)?.tick ?? 0;
    world.child.kill("SIGCONT");
    await ada.next("pong");
    const { self } = await ada.snapshots.until((told) => told.tick > tick && told.ack > 0);
    // One second of commands waits at most, and credit for a quarter of one is saved up.
    expect(self.x).toBeLessThan(80 + 180 * 1.5);
    for (let more = 0; more < 5; more++) await ada.snapshots.until(() => true);
    const told = ada.snapshots.all.slice(before.told);
    const steps = told.map((one, at) => one.tick - (told[at - 1]?.tick ?? tick));
    expect(Math.max(...steps)).toBeGreaterThan(20);
    const said = master.heard.all.slice(before.heard).map(({ type }) => type);
    expect(said.filter((type) => type === "heartbeat").length).toBeLessThan(told.length + 5);
    expect(said.filter((type) => type === "saves").length).toBeLessThan(told.length);
    expect(ada.socket.readyState).toBe(ada.socket.OPEN);
  });
});

describe("a player who does not read", () => {
  test("is shown nothing meanwhile and the newest afterwards; nobody else waits", async () => {
    await stage.start({ world: "swarm", listen: { socket: join(stage.master.folder, "l1.sock") } });
    const slow = await stage.play("Slow");
    const swift = await stage.play("Swift");
    slow.wire?.pause();
    // Far more than the system holds for a socket, and what waits at most in the process (64 KiB).
    let bytes = 0;
    swift.socket.on("message", (data) => (bytes += (data as Buffer).length));
    await swift.snapshots.until(() => bytes > 600_000);
    const newest = swift.snapshots.all.at(-1)?.tick ?? 0;
    slow.wire?.resume();
    await slow.snapshots.until((told) => told.tick > newest);
    const missed = slow.snapshots.all.map(({ tick }, at, all) => tick - (all[at - 1]?.tick ?? tick));
    expect(Math.max(...missed)).toBeGreaterThan(20);
    expect(slow.socket.readyState).toBe(slow.socket.OPEN);
    expect(swift.socket.readyState).toBe(swift.socket.OPEN);
  });

  test("for too long loses the socket, and nobody else anything", async () => {
    await stage.start({ limits: { ...silence, worldDetachMs: 50 } });
    const slow = await stage.play("Slow");
    const swift = await stage.play("Swift");
    slow.wire?.pause();
    expect(await stage.master.next("left")).toMatchObject({ admission: "a-Slow" });
    const { tick } = await swift.snapshots.until(() => true);
    await swift.snapshots.until(
      (told) => told.tick > tick && told.others.every(({ looks }) => looks.name !== "Slow"),
    );
    expect(swift.socket.readyState).toBe(swift.socket.OPEN);
  });
});
