import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DeploymentManifest } from "#tools/artifacts/manifest.ts";
import { writeManifest } from "#tools/artifacts/manifest.ts";
import { sha256 } from "#tools/worlds/output.ts";
import { verifyHosted } from "./hosted.ts";
import { PagesHost } from "#tools/edge/pages-host.ts";
import { fetchPreviousPacks } from "./previous-packs.ts";

const pack = { file: "hub.zip", mtime: 1_700_000_000, size: 4, sha256: sha256(Buffer.from("pack")) };
const index = { schema: 1, packs: { hub: pack } } as const;
const files = {
  "web/index.html": "<!doctype html>",
  "web/assets/page-1.js": "export {};",
  "web/world_packs/hub.zip": "pack",
  "web/world_packs/index.json": JSON.stringify(index),
  "server/main.mjs": "not hosted",
  "world_packs/hub.zip": "pack",
};

let dir: string;
let host: PagesHost;
let manifest: DeploymentManifest;
let said: string[];
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "portcade-hosted-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(dir, path, ".."), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  const origin = { version: "0.5", release_commit: null, trigger_commit: null, run_id: null };
  manifest = writeManifest(dir, origin);
  host = await PagesHost.start(join(dir, "web"));
  said = [];
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

const verify = (tries = 1): Promise<void> =>
  verifyHosted(manifest, index, { url: host.url, tries, pauseMs: 0, say: (line) => said.push(line) });

test("every file of the page is asked for, by a query that no player uses; a pack's other time is only told", async () => {
  await verify();
  expect(said.at(-1)).toBe(`HOSTED_PAGES_VERIFY_OK files=4 url=${host.url}`);
  expect(host.asked).toHaveLength(5);
  for (const asked of host.asked) expect(asked).toMatch(/^\/[^?]+\?verify=[0-9a-f]{16}$/);
  expect(said.filter((line) => line.startsWith("HOSTED_LAST_MODIFIED_WARNING"))).toEqual([
    expect.stringContaining(`path=world_packs/hub.zip`),
  ]);
});

test.each<[string, string, PagesHost["spoil"]]>([
  ["missing", "status 404", (_, answer) => void (answer.status = 404)],
  [
    "cut",
    "3 bytes instead of 4",
    (path, answer) => {
      if (path.endsWith("hub.zip")) answer.body = answer.body.subarray(1);
    },
  ],
  [
    "changed",
    "other bytes of the same length",
    (path, answer) => {
      if (path.endsWith("hub.zip")) answer.body = Buffer.from("kcap");
    },
  ],
  [
    "of another type",
    "Content-Type is text/plain",
    (path, answer) => {
      if (path.endsWith(".js")) answer.headers["content-type"] = "text/plain";
    },
  ],
  [
    "closed to other origins",
    "Access-Control-Allow-Origin",
    (_, answer) => void delete answer.headers["access-control-allow-origin"],
  ],
  [
    "compressed on its way",
    "Content-Encoding is gzip",
    (path, answer) => {
      if (!path.endsWith("hub.zip")) return;
      answer.headers["content-encoding"] = "gzip";
      answer.headers["content-length"] = String(gzipSync("pack").length);
      answer.body = gzipSync("pack");
    },
  ],
  [
    "without parts",
    "a part of it is answered with status 200",
    (path, answer) => {
      if (!path.endsWith("hub.zip") || answer.status !== 206) return;
      Object.assign(answer, { status: 200, body: Buffer.from("pack") });
    },
  ],
  [
    "weakly tagged",
    'ETag is W/"1"',
    (path, answer) => {
      if (path.endsWith("hub.zip")) answer.headers["etag"] = 'W/"1"';
    },
  ],
  [
    "kept too long",
    "Cache-Control is max-age=86400",
    (path, answer) => {
      if (path === "index.html") answer.headers["cache-control"] = "max-age=86400";
    },
  ],
])("a file that is %s is not what was released", async (_, words, spoil) => {
  host.spoil = spoil;
  await expect(verify()).rejects.toThrow(words);
  await expect(verify()).rejects.toThrow("run the release again with version 0.5");
});

test("what is not there yet is asked for again, and only that", async () => {
  let left = 1;
  host.spoil = (path, answer) => {
    if (path === "index.html" && left-- > 0) answer.status = 503;
  };
  await verify(2);
  expect(host.asked).toHaveLength(6);
  expect(host.asked.at(-1)).toContain("/index.html");
});

test("packs that players have are told by the host; where none are hosted there are none; else nobody guesses", async () => {
  const to = join(dir, "previous.json");
  const fetchFrom = (folder: string): Promise<boolean> =>
    fetchPreviousPacks(`${host.url}${folder}`, "http://127.0.0.1:1/", to);
  expect(await fetchFrom("world_packs")).toBe(true);
  expect(await fetchFrom("nowhere/")).toBe(false);
  host.spoil = (_, answer) => void (answer.status = 500);
  await expect(fetchFrom("world_packs/")).rejects.toThrow("status 500");
  host.spoil = (_, answer) => {
    answer.headers = { "content-type": "application/json" };
    answer.body = Buffer.from("{}");
  };
  await expect(fetchFrom("world_packs/")).rejects.toThrow("is no index");
});

test("where the game serves them it is asked; one that does not answer is of no release yet", async () => {
  const to = join(dir, "previous.json");
  expect(await fetchPreviousPacks(undefined, `${host.url}world_packs/`, to)).toBe(true);
  expect(await fetchPreviousPacks(undefined, "http://127.0.0.1:1/world_packs/", to)).toBe(false);
});
