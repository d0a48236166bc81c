import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BackupFolder } from "./backup-folder.ts";
import { backUp } from "./backup.ts";
import { checkParts } from "./backup-record.ts";
import { openStores } from "./open-stores.ts";

const retention = { hourly: 1, daily: 1, beforeDeploy: 1 };

let dir: string;
let dataDir: string;
let dbPath: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-killed-"));
  dataDir = join(dir, "data");
  dbPath = join(dataDir, "durable.db");
});
afterEach(() => rmSync(dir, { recursive: true }));

/** An account, and what worlds remember. */
function fill(name: string, memories = 1): void {
  openStores({ dbPath }).close();
  const db = new Database(dbPath);
  db.prepare("INSERT INTO accounts (name, name_folded) VALUES (?, ?)").run(name, name);
  const insert = db.prepare("INSERT INTO memories (world_key, state) VALUES (?, ?)");
  for (let n = 0; n < memories; n++) insert.run(`${name}-${n}`, "x".repeat(65_000));
  db.close();
}

function namesIn(folder: string): unknown {
  const stores = openStores({ dbPath: join(folder, "durable.db") });
  stores.close();
  const db = new Database(join(folder, "durable.db"), { readonly: true });
  const names = db.prepare("SELECT name FROM accounts").pluck().all();
  db.close();
  return names;
}

/**
 * Runs a process that kills itself as `kill -9` does, at the moment it calls `at()` for the nth time.
 *
 * @returns whether it came to its end before
 */
function runUntil(n: number, program: string): boolean {
  const { signal, status, stderr } = spawnSync(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "--input-type=module",
      "-e",
      `let left = ${n};
       const at = () => { if (left-- === 0) process.kill(process.pid, "SIGKILL"); };
       const [dataDir, dbPath] = ${JSON.stringify([dataDir, dbPath])};
       const from = (file) => import(new URL(file, ${JSON.stringify(import.meta.url)}));
       ${program}`,
    ],
    { encoding: "utf8", env: { PATH: process.env["PATH"] } },
  );
  if (signal !== "SIGKILL" && status !== 0) throw new Error(stderr);
  return signal === null;
}

test("a backup that is killed at any moment is not offered, and the next one clears it away", async () => {
  // Enough that copying takes several steps.
  fill("ada", 150);
  const folder = new BackupFolder(dataDir);
  let n = 0;
  while (
    !runUntil(
      n,
      `const { backUp } = await from("backup.ts");
       const { BackupFolder } = await from("backup-folder.ts");
       await new BackupFolder(dataDir).add("asked", ${JSON.stringify(retention)}, (folder) =>
         backUp({ dbPath, packDir: dataDir, folder, kind: "asked", version: "0.1", told: at }));`,
    )
  ) {
    expect(folder.list()).toEqual([]);
    expect(readdirSync(folder.dir).filter((name) => name.endsWith(".part"))).toHaveLength(1);
    n++;
  }
  // Copying in several steps, checking, keeping.
  expect(n).toBeGreaterThan(4);
  const [kept] = folder.list();
  expect(readdirSync(folder.dir).sort()).toEqual([".lock", kept?.name]);
  if (kept) await checkParts(kept.path, kept.record);
});

test("a restore that is killed at any moment has either not begun, or is ended by the next start", async () => {
  fill("ada");
  const backup = join(dir, "backup");
  const record = await backUp({ dbPath, packDir: dataDir, folder: backup, kind: "asked", version: "0.1" });
  const outcomes: unknown[] = [];
  for (let n = 0, isDone = false; !isDone; n++) {
    rmSync(dataDir, { recursive: true });
    fill("bob");
    isDone = runUntil(
      n,
      `const { restore } = await from("restore.ts");
       const record = ${JSON.stringify(record)};
       await restore({ backup: ${JSON.stringify(backup)}, record, dbPath, dataDir, between: at });`,
    );
    const names = namesIn(dataDir);
    outcomes.push(names);
    const kept = readdirSync(dataDir).filter((name) => name.startsWith("replaced-"));
    if (JSON.stringify(names) === '["bob"]') expect(kept).toEqual([]);
    else expect(namesIn(join(dataDir, kept[0] ?? ""))).toEqual(["bob"]);
    expect(existsSync(join(dataDir, ".restoring"))).toBe(false);
  }
  // Copied, prepared: as it was. Decided, each file moved away and into place: as it was backed up.
  expect(outcomes.slice(0, 2)).toEqual([["bob"], ["bob"]]);
  expect(outcomes.length).toBeGreaterThan(7);
  expect(new Set(outcomes.slice(2).map(String))).toEqual(new Set(["ada"]));
});
