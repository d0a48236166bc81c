import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Descriptor } from "./descriptor.ts";

const line = `${"x".repeat(999)}\n`;

let dir: string;
let fd: number;

/** Both ends of a pipe nobody else has: what is written stays there until it is read here. */
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-log-"));
  const path = join(dir, "pipe");
  spawnSync("mkfifo", [path]);
  fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
});

afterEach(() => {
  closeSync(fd);
  rmSync(dir, { recursive: true });
});

function read(): string {
  const bytes = Buffer.alloc(1024 * 1024);
  try {
    return bytes.toString("utf8", 0, readSync(fd, bytes));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return "";
    throw error;
  }
}

async function readUntil(end: string): Promise<string> {
  let text = "";
  while (!text.endsWith(end)) {
    text += read();
    await new Promise(setImmediate);
  }
  return text;
}

test("while nobody reads so much waits and no more; then how many lines are missing is said in their place", async () => {
  const descriptor = new Descriptor(fd, (count) => descriptor.write(`lost ${count}\n`), 10 * line.length);
  // More than the system keeps, so that the rest has to wait here.
  for (let n = 0; n < 200; n++) {
    descriptor.write(line);
    await new Promise(setImmediate);
  }
  for (let n = 0; n < 200; n++) descriptor.write(line);
  let text = "";
  const drained = descriptor.drained().then(() => true);
  while (!(await Promise.race([drained, new Promise((turn) => setImmediate(turn, false))]))) text += read();
  descriptor.write("heard again\n");
  text += await readUntil("heard again\n");
  const lines = text.trimEnd().split("\n");
  const whole = lines.filter((one) => one.length === line.length - 1).length;
  const lost = lines.map((one) => Number(/^lost (\d+)$/.exec(one)?.[1] ?? 0)).reduce((sum, n) => sum + n);
  expect(lost).toBeGreaterThan(150);
  expect(whole + lost).toBe(400);
  expect(lines.at(-2)).toMatch(/^lost/);
});

test("whoever reads loses nothing, however much it is in all", async () => {
  const descriptor = new Descriptor(fd, (count) => descriptor.write(`lost ${count}\n`), 10 * line.length);
  let text = "";
  for (let n = 0; n < 100; n++) {
    descriptor.write(line);
    while (text.length < (n + 1) * line.length) {
      text += read();
      await new Promise(setImmediate);
    }
  }
  expect(text).toBe(line.repeat(100));
});
