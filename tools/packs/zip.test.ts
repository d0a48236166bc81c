import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { zip } from "./zip.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("the order in which entries come does not matter", () => {
  const one = zip(
    new Map([
      ["a.json", bytes("1")],
      ["b.json", bytes("2")],
    ]),
  );
  const other = zip(
    new Map([
      ["b.json", bytes("2")],
      ["a.json", bytes("1")],
    ]),
  );
  expect(one).toEqual(other);
  expect(Object.keys(unzipSync(one))).toEqual(["a.json", "b.json"]);
});

test("pictures are stored, text is deflated", () => {
  const text = bytes("abc".repeat(1000));
  expect(zip(new Map([["a.png", text]])).length).toBeGreaterThan(3000);
  expect(zip(new Map([["a.json", text]])).length).toBeLessThan(300);
});

test("the time in the archive is 1 January 1980, midnight, in any zone", () => {
  const packed = zip(new Map([["a.json", bytes("1")]]));
  const view = new DataView(packed.buffer, packed.byteOffset);
  expect([view.getUint16(10, true), view.getUint16(12, true)]).toEqual([0, (1 << 5) | 1]);
});

test.for([
  ["../a.json", "a path is made of"],
  ["a/../b.json", "a path is made of"],
  ["/a.json", "a path is made of"],
  ["a//b.json", "a path is made of"],
  ["a b.json", "a path is made of"],
  ["ä.json", "a path is made of"],
  ["A.json", "a path is made of"],
  ["server/rules.js", "what is the server's stays on the server"],
  ["client.js.map", "source maps are not packed"],
])("%s is refused", ([path, says]) => {
  expect(() => zip(new Map([[path ?? "", bytes("")]]))).toThrow(says);
});

test("two names that differ only in case are refused", () => {
  expect(() =>
    zip(
      new Map([
        ["LICENSES.json", bytes("")],
        ["licenses.json", bytes("")],
      ]),
    ),
  ).toThrow("differs from LICENSES.json only in case");
});

test("more files than a reader takes are refused", () => {
  expect(() => zip(new Map(Array.from({ length: 4097 }, (_, i) => [`${i}.json`, bytes("")])))).toThrow(
    "4097 files; at most 4096",
  );
});
