import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestMasters } from "./testing-masters.ts";
import type { TestPlayer } from "./testing-player.ts";
import { TestMaster } from "./testing.ts";
import { appVersion } from "#shared/version.ts";

const entry = fileURLToPath(new URL("../main.ts", import.meta.url));
const masters = new TestMasters();

let dataDir: string;
let copies: string;
beforeEach(() => {
  [dataDir, copies] = ["data", "copies"].map((name) => mkdtempSync(join(tmpdir(), `portcade-${name}-`))) as [
    string,
    string,
  ];
});
afterEach(() => {
  for (const dir of [dataDir, copies]) rmSync(dir, { recursive: true, force: true });
});

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What a person at a terminal of that machine gets for `portcade …`. */
async function portcade(...args: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", entry, ...args], {
    env: { PATH: process.env["PATH"], PORTCADE_DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: code as number | null, out, err };
}

const start = (settings: Readonly<Record<string, string>> = {}): Promise<TestMaster> =>
  masters.start({ PORTCADE_LIMIT_SAVE_MS: "200", ...settings }, dataDir);
const folderIn = (out: string): string => /^BACKUP_DONE folder=(\S+) bytes=[0-9]+$/m.exec(out)?.[1] ?? "";
const readyz = async ({ port }: TestMaster): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}/readyz`)).text();
const metric = async ({ port }: TestMaster, name: string): Promise<number> => {
  const lines = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, "m").exec(lines)?.[1]);
};

async function logIn(master: TestMaster, name: string): Promise<TestPlayer> {
  const player = await master.player();
  await player.enter();
  await player.answer({ type: "login", name });
  return player;
}

const standsAt = ({ replica }: TestPlayer): { x: number; y: number } => ({
  x: replica.self.x,
  y: replica.self.y,
});

describe("the restore drill:", () => {
  test("the data is lost, and who comes back stands where they stood when it was backed up", async () => {
    const master = await start({ PORTCADE_MASTER_LOSS_SECONDS: "0.5" });
    const ada = await logIn(master, "Ada");
    await ada.enter();
    await ada.walk(300, 300, 5);
    await ada.answer({ type: "chat.send", text: "hello" });
    const then = standsAt(ada);
    await master.untilSaved(ada);
    const made = await portcade("backup");
    expect(made).toMatchObject({ code: 0, err: "" });
    const backup = folderIn(made.out);
    // Away from this machine, as it should be.
    const away = join(copies, "away");
    expect((await portcade("backup", "--to", away)).code).toBe(0);
    await ada.walk(325, 300, 5);
    await master.untilSaved(ada);

    for (const given of [backup, away]) {
      const refused = await portcade("restore", given);
      expect(refused.code).toBe(20);
      expect(refused.err).toMatch(/^nothing was restored: .* in use by another master \(pid [0-9]+\)/);
    }
    await master.stop("SIGKILL");
    ada.cut();
    await master.gone;
    rmSync(dataDir, { recursive: true });

    const restored = await portcade("restore", away);
    expect(restored).toMatchObject({ code: 0, err: "" });
    expect(restored.out).toMatch(/^RESTORE_DONE backup=/m);
    for (const name of ["durable.db", "runtime.db"]) {
      const db = new Database(join(dataDir, name), { readonly: true });
      expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
      db.close();
    }
    const next = await start();
    const again = await logIn(next, "Ada");
    expect(await again.enter()).toMatchObject({ world: "hub" });
    const now = standsAt(again);
    expect(Math.hypot(now.x - then.x, now.y - then.y)).toBeLessThan(2);
    again.cut();
  });

  test("worlds that outlived the master do not obey an older one, nor are they its own", async () => {
    const master = await start({ PORTCADE_MASTER_LOSS_SECONDS: "30" });
    const ada = await logIn(master, "Ada");
    await ada.enter();
    const pid = master.pidOf("hub");
    const backup = folderIn((await portcade("backup")).out);
    await master.stop("SIGKILL");
    expect((await portcade("restore", backup)).code).toBe(0);
    const next = await start();
    // The process of then reports, and is sent away: nobody here knows its launch.
    await next.until(({ event }) => event === "link.closed");
    const again = await logIn(next, "Ada");
    await again.enter();
    expect(next.pidOf("hub")).not.toBe(pid);
    for (const player of [ada, again]) player.cut();
    await master.gone;
  });
});

describe("a running master", () => {
  test("makes backups by itself, keeps so many, and goes on where the one before it ended", async () => {
    const master = await start({ PORTCADE_BACKUP_MINUTES: "0.005", PORTCADE_BACKUPS_HOURLY: "2" });
    for (let n = 0, from = 0; n < 3; n++) {
      await master.until("backup.made", from);
      from = master.lines.length;
    }
    await master.stop();
    const { out, code } = await portcade("backup", "list");
    expect(code).toBe(0);
    expect(out.trim().split("\n")).toHaveLength(2);
    expect(out).toMatch(/^[0-9T]+Z-hourly(-[0-9]+)? +20.* UTC +hourly +[0-9.]+ MiB +version [0-9.]+$/m);
    expect(out.trim().split(" ").at(-1)).toBe(appVersion);
    const next = await start();
    expect(await metric(next, "portcade_backup_age_seconds")).toBeLessThan(600);
  });

  test("says so where an operator looks when it cannot, and that it can again", async () => {
    writeFileSync(join(dataDir, "backups"), "in the way");
    const master = await start();
    expect(await metric(master, "portcade_backup_age_seconds")).toBeNaN();
    const { code, err, out } = await portcade("backup");
    expect(code).toBe(1);
    expect(err + out).toMatch(/^no backup was made: .*(EEXIST|ENOTDIR)/m);
    expect(await master.untilMarker("MASTER_BACKUP_FAILED")).toMatchObject({ kind: "asked" });
    expect(await readyz(master)).toMatch(/^ready\nthe last backup failed: /);
    expect(await metric(master, "portcade_backup_failures_total")).toBe(1);
    rmSync(join(dataDir, "backups"));
    expect((await portcade("backup", "--before-deploy")).code).toBe(0);
    expect(await readyz(master)).toBe("ready\n");
    expect(readdirSync(join(dataDir, "backups")).join()).toMatch(/Z-before-deploy$/);
  });

  test("is ended in the middle of one: nothing of it is offered, and nothing of it runs", async () => {
    const master = await start();
    const asked = portcade("backup");
    await master.until("operator.ordered");
    expect(await master.stop()).toBe(0);
    const { code } = await asked;
    const { out } = await portcade("backup", "list");
    const isListed = !out.startsWith("there is no backup");
    // It may have been done just before, and is whole then.
    expect(code === 0).toBe(isListed);
    if (isListed) expect(await portcade("restore", out.split(" ")[0] ?? "")).toMatchObject({ code: 0 });
  });
});

describe("without a master", () => {
  test("a backup is made all the same", async () => {
    await (await start()).stop();
    const { code, out } = await portcade("backup", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out.trim().split("\n").at(-1) ?? "")).toMatchObject({ type: "backedUp" });
  });

  test("what cannot be is refused in words, and nothing has changed", async () => {
    await (await start()).stop();
    const before = readdirSync(dataDir);
    expect(await portcade("restore", "20260101T000000Z-hourly")).toMatchObject({
      code: 14,
      err: expect.stringMatching(/^there is no backup 20260101T000000Z-hourly; see portcade backup list/),
    });
    expect(await portcade("restore", copies)).toMatchObject({
      code: 20,
      err: expect.stringMatching(/is no backup, or one of a newer Portcade$/m),
    });
    expect(await portcade("backup", "--to", dataDir)).toMatchObject({
      code: 20,
      err: `no backup was made: ${dataDir} is there already\n`,
    });
    expect(readdirSync(dataDir)).toEqual(before);
    expect(existsSync(join(dataDir, "backups"))).toBe(false);
  });
});
