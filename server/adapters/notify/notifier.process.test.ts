import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Notifier } from "./notifier.ts";

let dir: string;
let said: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-notify-"));
  said = join(dir, "said");
  appendFileSync(said, "");
  const program = '#!/bin/sh\necho "$@" >>"$NOTIFY_SOCKET"\n';
  writeFileSync(join(dir, "systemd-notify"), program, { mode: 0o755 });
});
afterEach(() => rmSync(dir, { recursive: true }));

const environment = (more: object = {}): Record<string, string> => ({
  PATH: `${dir}:${process.env["PATH"]}`,
  NOTIFY_SOCKET: said,
  ...more,
});

async function untilSaid(text: string): Promise<string> {
  const changes = watch(said);
  while (!readFileSync(said, "utf8").includes(text)) await once(changes, "change");
  changes.close();
  return readFileSync(said, "utf8");
}

test("a service manager hears when a service is ready, and when it begins to stop", async () => {
  using notifier = new Notifier(environment(), 7);
  notifier.ready();
  notifier.stopping();
  expect(await untilSaid("STOPPING")).toBe("READY=1\nSTOPPING=1\n");
});

test("a watchdog hears again and again that it lives and is ready", async () => {
  using notifier = new Notifier(environment({ WATCHDOG_USEC: "3000", WATCHDOG_PID: "7" }), 7);
  notifier.ready();
  expect(await untilSaid("WATCHDOG=1 READY=1\nWATCHDOG=1 READY=1\n")).toMatch(
    /^READY=1\nWATCHDOG=1 READY=1\n/,
  );
});

test("another process's watchdog hears nothing", async () => {
  using notifier = new Notifier(environment({ WATCHDOG_USEC: "1", WATCHDOG_PID: "8" }), 7);
  notifier.ready();
  await untilSaid("READY");
  notifier.stopping();
  expect(await untilSaid("STOPPING")).toBe("READY=1\nSTOPPING=1\n");
});

test("nobody is told where nobody asked", () => {
  using notifier = new Notifier({ WATCHDOG_USEC: "1" }, 7);
  notifier.ready();
  notifier.stopping();
  expect(readFileSync(said, "utf8")).toBe("");
});
