import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { manifestFile, readManifest, releaseFolders, writeManifest } from "./manifest.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-manifest-"));
  for (const folder of releaseFolders) mkdirSync(join(dir, folder, "deep"), { recursive: true });
  writeFileSync(join(dir, "web/index.html"), "page");
  writeFileSync(join(dir, "server/deep/b"), "");
  writeFileSync(join(dir, "elsewhere"), "of this machine");
});
afterEach(() => rmSync(dir, { recursive: true }));

const local = { version: "0.1", release_commit: null, trigger_commit: null, run_id: null };

test("a manifest lists every file of a release by path, and nothing else", () => {
  const written = writeManifest(dir, local);
  expect(written).toMatchObject({ schema: 1, ...local });
  expect(written.files.map(({ path, size }) => [path, size])).toEqual([
    ["server/deep/b", 0],
    ["web/index.html", 4],
  ]);
  expect(written.files[0]?.sha256).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(readManifest(dir)).toEqual(written);
});

test("a release of a workflow names its commits and its run", () => {
  const release = { release_commit: "a".repeat(40), trigger_commit: "b".repeat(40), run_id: "17" };
  writeManifest(dir, { ...local, ...release });
  expect(readManifest(dir)).toMatchObject(release);
});

test.each([
  ["not there", undefined, /cannot be read/],
  ["no JSON", "{", /cannot be read/],
  ["of another schema", '{"schema":2}', /schema/],
])("one that is %s is refused in one line", (_, content, problem) => {
  if (content !== undefined) writeFileSync(join(dir, manifestFile), content);
  expect(() => readManifest(dir)).toThrow(problem);
  expect(() => readManifest(dir)).toThrow(/^[^\n]+$/);
});

test.each(["../etc/passwd", "web/../../x", "web", "/web/x", "web/.hidden", "other/x", "web//x"])(
  "a path that leads elsewhere is refused: %s",
  (path) => {
    const { files, ...rest } = writeManifest(dir, local);
    writeFileSync(join(dir, manifestFile), JSON.stringify({ ...rest, files: [{ ...files[0], path }] }));
    expect(() => readManifest(dir)).toThrow(/path/);
  },
);
