import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { changeVersion, nextVersion, readVersion, VersionRefused } from "./version-file.ts";

let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "portcade-version-"));
  mkdirSync(join(checkout, "shared"));
});
afterEach(() => rmSync(checkout, { recursive: true }));

const source = (version: string): string =>
  `/** Why. */\nexport const appVersion = "${version}";\n\nexport const other = 1;\n`;
const file = (): string => join(checkout, "shared/version.ts");
const write = (content: string): void => writeFileSync(file(), content);
const change = (to?: string): string => changeVersion(join(checkout, "server/main.ts"), to);

test.each([
  ["0.1", "0.2"],
  ["0.9", "1.0"],
  ["9.9", "10.0"],
])("%s is followed by %s", (version, next) => {
  expect(nextVersion(version)).toBe(next);
  write(source(version));
  expect(change()).toBe(next);
  expect(readFileSync(file(), "utf8")).toBe(source(next));
});

test("a version that is set is written, and nothing else is touched", () => {
  write(source("0.4"));
  expect(change("3.0")).toBe("3.0");
  expect(readFileSync(file(), "utf8")).toBe(source("3.0"));
});

test.each(["1", "1.10", "01.0", "1.0.0", "v1.0", "", '1.0"; process.exit(); "'])(
  "%j is no version",
  (version) => {
    write(source("0.4"));
    expect(() => change(version)).toThrow(VersionRefused);
    expect(readFileSync(file(), "utf8")).toBe(source("0.4"));
  },
);

test.each(["", source("0.1") + source("0.2")])("a source without exactly one version is refused", (text) => {
  write(text);
  expect(() => change("1.0")).toThrow("expected one appVersion");
  expect(() => readVersion(text)).toThrow("expected one appVersion");
  expect(readFileSync(file(), "utf8")).toBe(text);
});

test("a release keeps its version", () => {
  write(source("0.4"));
  expect(() => changeVersion(join(checkout, "server/main.mjs"), "1.0")).toThrow("change it in a checkout");
  expect(readFileSync(file(), "utf8")).toBe(source("0.4"));
});
