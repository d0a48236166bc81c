import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { testCertificate } from "#adapters/http/testing.ts";
import { TestMasters } from "./testing-masters.ts";
import { TestMaster } from "./testing.ts";

const masters = new TestMasters();

async function refused(settings: Record<string, string>, args?: readonly string[]) {
  const master = masters.keep(TestMaster.refuse(settings, args));
  return { code: await master.exited, output: master.output };
}

describe("a start that cannot be", () => {
  test("a taken port is told by number, setting and owner", async () => {
    const squatter = createServer().listen(0, "127.0.0.1");
    await once(squatter, "listening");
    const { port } = squatter.address() as AddressInfo;
    const { code, output } = await refused({ PORTCADE_PORT: String(port) });
    squatter.close();
    expect(code).toBe(10);
    expect(output).toContain(`port ${port} (PORTCADE_PORT) is taken by`);
    expect(output).toContain(String(process.pid));
  });

  test("every wrong setting is told in a line of its own", async () => {
    const { code, output } = await refused({ PORTCADE_PORT: "many", PORTCADE_WARM_SPARES: "-1" });
    expect(code).toBe(14);
    expect(output.trim().split("\n")).toEqual([
      expect.stringMatching(/PORTCADE_PORT.*"many"/),
      expect.stringMatching(/PORTCADE_WARM_SPARES.*"-1"/),
    ]);
  });

  test("an unreadable certificate stops the start", async () => {
    const { code, output } = await refused({
      PORTCADE_TLS_CERT: "/no/cert.pem",
      PORTCADE_TLS_KEY: "/no/key.pem",
    });
    expect(code).toBe(14);
    expect(output).toContain("/no/cert.pem");
  });

  test("a data folder that cannot be made is told with its setting", async () => {
    const { code, output } = await refused({ PORTCADE_DATA_DIR: "/proc/nope" });
    expect(code).toBe(20);
    expect(output).toMatch(/^the data folder \/proc\/nope cannot be used \(.*\); see PORTCADE_DATA_DIR/);
  });

  test("a data folder with something else in a folder's place is told too", async () => {
    const dir = mkdtempSync(join(tmpdir(), "portcade-start-"));
    writeFileSync(join(dir, "launches"), "");
    const { code, output } = await refused({ PORTCADE_DATA_DIR: dir });
    rmSync(dir, { recursive: true });
    expect(code).toBe(20);
    expect(output).toMatch(/^the folder .*launches cannot be used \(EEXIST.*\); see PORTCADE_DATA_DIR$/m);
  });

  test("a second master on the same folder is refused and harms the first one in nothing", async () => {
    const first = await masters.start();
    const { code, output } = await refused({ PORTCADE_DATA_DIR: first.dataDir });
    expect(code).toBe(20);
    expect(output).toContain(String(first.process.pid));
    const player = await first.player();
    await player.enter();
    player.cut();
  });

  test.each([
    [["strat"], 14, 'there is no command "strat"; commands: start, world, '],
    [["world"], 14, "name a world; worlds: hub, left_world, right_world, top_world"],
    [["world", "moon"], 12, 'no world "moon"; worlds: hub, left_world, right_world, top_world'],
  ])("portcade %j is answered with what there is", async (args, code, line) => {
    const answer = await refused({}, args);
    expect(answer.code).toBe(code);
    expect(answer.output).toContain(line);
  });
});

describe("TLS", () => {
  test("with certificate and key master and worlds speak wss, without a proxy", async () => {
    const dir = mkdtempSync(join(tmpdir(), "portcade-tls-"));
    const { cert, key } = testCertificate();
    writeFileSync(join(dir, "cert.pem"), cert);
    writeFileSync(join(dir, "key.pem"), key);
    const master = await masters.start({
      PORTCADE_TLS_CERT: join(dir, "cert.pem"),
      PORTCADE_TLS_KEY: join(dir, "key.pem"),
    });
    expect(master.url).toMatch(/^wss:/);
    const player = await master.player();
    expect(await player.enter()).toMatchObject({ world: "hub" });
    expect(player.world?.socket.url).toMatch(/^wss:/);
    player.cut();
    rmSync(dir, { recursive: true });
  });
});

describe("a database that is busy", () => {
  test("pauses saving and nothing else: requests are answered, chat goes on, and all is well afterwards", async () => {
    const master = await masters.start();
    const player = await master.player();
    await player.enter();
    const other = new Database(join(master.dataDir, "runtime.db"));
    other.exec("BEGIN IMMEDIATE");
    const re = player.ask({ type: "login", name: "Ada" });
    await player.control.until(({ notice }) => notice === "saving_paused");
    expect(await player.control.until("denied")).toMatchObject({ re, reason: "try_later" });
    expect(await player.answer({ type: "chat.send", text: "still here" })).toMatchObject({ type: "ok" });
    const ready = () => fetch(`http://127.0.0.1:${master.port}/readyz`);
    const reply = await ready();
    expect(reply.status).toBe(503);
    expect(await reply.text()).toContain("the database cannot be written (SQLITE_BUSY)");
    await player.walk(300, 300, 10);
    const newcomer = await master.player().catch((error: Error) => error.message);
    expect(newcomer).toContain("try_later");
    other.exec("COMMIT");
    other.close();
    await player.control.until(({ notice }) => notice === "saving_resumed");
    expect((await ready()).status).toBe(200);
    expect(await player.answer({ type: "login", name: "Ada" })).toMatchObject({
      type: "identity",
      name: "Ada",
    });
    await player.enter();
    player.cut();
  });
});
