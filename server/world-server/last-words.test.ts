import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lastWords } from "#shared/protocol/launch-master.ts";
import { LastWords, slateAt } from "./last-words.ts";
import { Log } from "./log.ts";

const place = { world: "hub", x: 1, y: 2, facing: 0 };
const save = { admission: "a", seq: 1, place };
let folder: string;
let file: string;
let fd: number;
let lines: string[];
const log = new Log({ format: "text", write: (line) => void lines.push(line) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portcade-words-"));
  file = join(folder, "l1.words");
  fd = openSync(file, "w", 0o600);
  lines = [];
});

afterEach(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

const held = (): string => readFileSync(file, "utf8");

test("last words are in their file at once, the newest alone, until they are cleared", () => {
  const words = new LastWords(slateAt(fd), "l1", log);
  words.clear();
  words.write(undefined);
  expect(held()).toBe("");
  words.write({ saves: [save, { ...save, admission: "b" }], state: "Grüße" });
  expect(lastWords.parse(JSON.parse(held()))).toMatchObject({ launch: "l1", state: "Grüße" });
  words.write({ saves: [save] });
  expect(held()).toBe(JSON.stringify({ launch: "l1", saves: [save] }));
  words.clear();
  expect(held()).toBe("");
  words.write({ saves: [] });
  expect(held()).toBe('{"launch":"l1","saves":[]}');
});

test("a process that was given no file leaves nothing, and touches nothing else", () => {
  expect(slateAt(999_999)).toBeUndefined();
  const other = openSync(folder, "r");
  expect(slateAt(other)).toBeUndefined();
  closeSync(other);
  new LastWords(undefined, "l1", log).write({ saves: [save] });
  expect(lines).toEqual([]);
});

test("a disk that is full ends no game, and is said once", () => {
  const write = (): never => {
    throw new Error("ENOSPC");
  };
  const words = new LastWords({ write }, "l1", log);
  words.write({ saves: [save] });
  words.write({ saves: [save] });
  words.clear();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("last words cannot be written: Error: ENOSPC");
});
