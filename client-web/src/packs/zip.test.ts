import { zipSync } from "fflate";
import type { Zippable } from "fflate";
import { expect, test } from "vitest";
import { readZip } from "./zip.ts";

const text = new TextEncoder().encode("portals ".repeat(1000));
const when = { mtime: "1980-01-01T00:00:00" };
const make = (files: Zippable): Uint8Array<ArrayBuffer> => zipSync(files, when);

/** Where `mark` stands; the last one, where there are several. */
function find(zip: Uint8Array, mark: number): number {
  const view = new DataView(zip.buffer);
  for (let at = zip.length - 4; at >= 0; at--) if (view.getUint32(at, true) === mark) return at;
  throw new Error("not there");
}
const central = 0x02014b50;
const end = 0x06054b50;

/** The same ZIP with a number changed, `offset` bytes after a mark. */
function changed(mark: number, offset: number, value: number, bytes: 2 | 4 = 4): Uint8Array<ArrayBuffer> {
  const zip = make({ "a.txt": text });
  const view = new DataView(zip.buffer);
  if (bytes === 2) view.setUint16(find(zip, mark) + offset, value, true);
  else view.setUint32(find(zip, mark) + offset, value, true);
  return zip;
}

test("reads stored, deflated and empty files, and passes over folders", async () => {
  const zip = make({
    "a.txt": text,
    "b/c.bin": [text, { level: 0 }],
    "d/": new Uint8Array(),
    e: new Uint8Array(),
  });
  const files = await readZip(zip);
  expect([...files.keys()]).toEqual(["a.txt", "b/c.bin", "e"]);
  expect(files.get("a.txt")).toEqual(text);
  expect(files.get("b/c.bin")).toEqual(text);
  expect(files.get("e")).toHaveLength(0);
});

test("reads a ZIP that is a part of a larger buffer, or ends in a comment", async () => {
  const zip = make({ "a.txt": text });
  const larger = new Uint8Array(zip.length + 200);
  larger.set(zip, 100);
  expect((await readZip(larger.subarray(100, 100 + zip.length))).get("a.txt")).toEqual(text);
  const commented = new Uint8Array(zip.length + 3);
  commented.set(zip);
  commented[zip.length - 2] = 3;
  expect((await readZip(commented)).size).toBe(1);
});

test.for([
  ["is cut short", make({ "a.txt": text }).slice(0, -1), "is not a ZIP"],
  ["is something else", text, "is not a ZIP"],
  ["is nothing", new Uint8Array(), "is not a ZIP"],
  ["is encrypted", changed(central, 8, 1, 2), "is encrypted"],
  ["packs in another way", changed(central, 10, 12, 2), "unknown way"],
  ["is one of several", changed(end, 4, 1, 2), "several parts"],
  ["counts more than it has", changed(end, 10, 2, 2), "several parts"],
  ["says it begins elsewhere", changed(end, 16, 5), "out of place"],
  ["points behind its end", changed(central, 42, 0xfffffff0), "has lost"],
  ["packs behind its end", changed(central, 20, 0x7fffffff), "lost a part"],
  ["promises less than it holds", changed(central, 24, 10), "more than it says"],
  ["promises more than it holds", changed(central, 24, 100_000), "less than it says"],
  ["promises more than memory", changed(central, 24, 0xffffffff), "too large"],
  ["fails its check sum", changed(central, 16, 1), "damaged"],
  ["climbs out", make({ "../a": text }), 'names a file "../a"'],
  ["climbs out in the middle", make({ "a/../b": text }), "names a file"],
  ["starts at the root", make({ "/a": text }), "names a file"],
  ["names nothing", make({ "a//b": text }), "names a file"],
  ["names a folder of Windows", make({ "a\\b": text }), "names a file"],
] as const)("refuses a file that %s", async ([, zip, message]) => {
  await expect(readZip(zip.slice())).rejects.toMatchObject({
    reason: "invalid",
    message: expect.stringContaining(message),
  });
});

test("refuses damaged content", async () => {
  const zip = make({ "a.txt": text });
  zip.fill(0xff, 40, 50);
  await expect(readZip(zip)).rejects.toMatchObject({ reason: "invalid" });
});

test("refuses too many files, too much content and two of a name", async () => {
  const zip = make({ "a.txt": text, "b.txt": text });
  await expect(readZip(zip, { entries: 1, unpackedBytes: 1e6 })).rejects.toThrow("too many files");
  await expect(readZip(zip, { entries: 2, unpackedBytes: 9000 })).rejects.toThrow("too large");
  zip[find(zip, central) + 46] = "a".charCodeAt(0);
  await expect(readZip(zip)).rejects.toThrow("twice");
});
