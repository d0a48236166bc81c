import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { packIndex } from "#shared/manifest.ts";
import { manifestFile } from "#tools/artifacts/manifest.ts";
import { Rehearsal, type Released } from "./testing-rehearsal.ts";

// A run of the workflow is a minute, and there may be less machine than that.
vi.setConfig({ testTimeout: 900_000 });

let rehearsal: Rehearsal;
/** What the server runs. */
let last: Released;
beforeAll(async () => void (rehearsal = await Rehearsal.start()));
afterAll(() => rehearsal?.[Symbol.asyncDispose]());

/** Main, the tag of a version and what the server runs. */
async function state(version: string): Promise<{ main: string; tag: string; server: string }> {
  const [main, tag] = [await rehearsal.at("main"), await rehearsal.at(`refs/tags/v${version}`)];
  return { main, tag, server: await rehearsal.current() };
}
const edit = (path: string, change: (text: string) => string): void =>
  writeFileSync(path, change(readFileSync(path, "utf8")));

test("a build that is not as it must be ends the run before anything has left the machine", async () => {
  const before = await state("9.0");
  const failed = await rehearsal.release("9.0", (line, clone) => {
    if (line.includes("verify:artifacts")) writeFileSync(join(clone, "builds/web/page.js.map"), "{}");
  });
  expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining("page.js.map") });
  expect(failed.lines.at(-1)).toContain("verify:artifacts");
  expect(await state("9.0")).toEqual(before);
  expect(rehearsal.pages.asked.filter((path) => !path.includes("world_packs/index.json"))).toEqual([]);
});

test("hosted files that are wrong leave the server and the tag alone; run again with its version, it arrives", async () => {
  const before = await state("9.0");
  rehearsal.pages.spoil = (path, answer) => {
    if (path === "index.html") answer.status = 503;
  };
  const failed = await rehearsal.release("9.0");
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining("index.html: status 503") });
  const { main, ...rest } = await state("9.0");
  expect(await rehearsal.at("main^")).toBe(before.main);
  expect(rest).toEqual({ tag: "", server: "" });

  rehearsal.pages.spoil = () => {};
  expect(await rehearsal.release("bump")).toMatchObject({ code: 1, stderr: expect.stringContaining("9.0") });
  last = await rehearsal.release("9.0");
  expect(last).toMatchObject({ code: 0 });
  expect(await state("9.0")).toEqual({ main, tag: main, server: expect.stringMatching(/^9\.0-/) });
  expect(last.lines.at(-2)).toContain("npm run smoke:web -- --skip-build --url");
  expect(await rehearsal.site.machine.must("cat /etc/portcade/caddy.env")).toContain(
    "PORTCADE_ACME_EMAIL=test@example.org",
  );
  const manifest = readFileSync(join(last.clone, "builds", manifestFile), "utf8");
  expect(JSON.parse(manifest)).toMatchObject({
    release_commit: main,
    trigger_commit: before.main,
    run_id: "17",
  });
});

/** Which packs a player has to download on a way through all worlds, and which the host is asked for. */
async function tour(clone: string, cache: string): Promise<{ downloaded: string[]; hosted: string[] }> {
  const from = rehearsal.pages.asked.length;
  const player = ["--args", "smoke_test", "--master", rehearsal.site.url, "--cache-dir", cache];
  const { stdout } = await rehearsal.exec(
    clone,
    { NODE_EXTRA_CA_CERTS: rehearsal.authority },
    process.execPath,
    "tools/headless/main.ts",
    ...player,
  );
  expect(stdout).toContain("SMOKE_PASS transfers=9");
  const downloads = stdout.matchAll(/WORLD_PACK_READY (?=.*cache=downloaded).*\bkey=(\w+)/g);
  const asked = rehearsal.pages.asked.slice(from);
  return {
    downloaded: [...downloads].map(([, key = ""]) => key).sort(),
    hosted: asked.map((path) => /world_packs\/(\w+)\.zip/.exec(path)?.[1] ?? path).sort(),
  };
}
const worlds = ["hub", "left_world", "right_world", "top_world"];

test("a release that changes one world is one pack for players to download, and stops nobody meanwhile", async () => {
  const [before, cache] = [last.clone, join(rehearsal.dir, "packs")];
  expect(await tour(before, cache)).toEqual({ downloaded: worlds, hosted: worlds });

  await rehearsal.commit("Another sign", (folder) =>
    edit(join(folder, "worlds/left_world/map.tmj"), (text) =>
      text.replace("Low tide: the hub.", "Low tide: home."),
    ),
  );
  last = await rehearsal.release("bump", async (line) => {
    if (!line.includes("release deploy")) return;
    // The host has the new pack, the server still speaks of the old one, and somebody comes who has none.
    const { downloaded } = await tour(before, join(rehearsal.dir, "packs-of-another"));
    expect(downloaded).toEqual(worlds);
    // As the server's own edge has noted.
    const index = packIndex.parse(
      JSON.parse(readFileSync(join(before, "builds/world_packs/index.json"), "utf8")),
    );
    expect(await rehearsal.site.machine.must("journalctl -u caddy --no-pager -o cat")).toContain(
      `/world_packs/${index.packs["left_world"]?.sha256}.zip`,
    );
  });
  expect(last).toMatchObject({ code: 0 });
  expect(last.lines).toContain("node tools/run.mjs release deploy");
  expect(await state("9.1")).toMatchObject({ server: expect.stringMatching(/^9\.1-/) });
  expect(await tour(last.clone, cache)).toEqual({ downloaded: ["left_world"], hosted: ["left_world"] });
});

test("a release that does not start on the server is taken back there by itself, and the page by one workflow", async () => {
  const before = await state("9.2");
  await rehearsal.commit("A fault that only a server shows", (folder) =>
    edit(
      join(folder, "server/main.ts"),
      (text) => `if (process.env["NOTIFY_SOCKET"]) throw new Error("planted: not here");\n${text}`,
    ),
  );
  const failed = await rehearsal.release("9.2");
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining(`${before.server} runs again`) });
  expect(failed.stderr).toContain('or the workflow "Roll back" with version 9.1');
  expect(failed.lines.at(-1)).toContain("release deploy");
  const after = await state("9.2");
  expect(after).toMatchObject({ tag: "", server: before.server });
  expect(await rehearsal.site.machine.must("curl -sf http://127.0.0.1:19080/status")).toContain(
    '"version":"9.1"',
  );

  // Its page is hosted already. Going back brings both together; that the page plays is the last of its lines.
  expect(await rehearsal.rollBack("9.1")).toMatchObject({ code: 0 });
  expect(await state("9.2")).toEqual({ ...after, server: expect.stringMatching(/^9\.1-/) });
});
