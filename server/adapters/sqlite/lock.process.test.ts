import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { openStores } from "./open-stores.ts";

const master = `
  const { openStores } = await import(${JSON.stringify(new URL("open-stores.ts", import.meta.url).href)});
  const stores = openStores({ dbPath: process.argv[1] });
  await stores.store.commit(new Map([["session:s1", { phase: "detached" }]]));
  console.log("committed");
  setInterval(() => {}, 1000);
`;

test("another process with the folder is named by its pid; killed, it leaves its commits and no lock", async () => {
  const folder = mkdtempSync(join(tmpdir(), "portcade-lock-"));
  const dbPath = join(folder, "durable.db");
  const child = spawn(process.execPath, ["--input-type=module", "-e", master, dbPath], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(createInterface({ input: child.stdout }), "line");
    expect(() => openStores({ dbPath })).toThrow(`is in use by another master (pid ${child.pid})`);
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  const stores = openStores({ dbPath });
  expect(stores.store.load()).toEqual([["session:s1", { phase: "detached" }]]);
  stores.close();
  rmSync(folder, { recursive: true });
});
