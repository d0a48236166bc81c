import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hashOf, TestCluster } from "#engine/testing.ts";
import { testFacts } from "#core/testing.ts";
import { BuildRecords } from "./build-records.ts";
import { WorldCatalog } from "./world-catalog.ts";
import { reportWorlds } from "./world-report.ts";

let dir: string;
let reports: string[];
let refused: string[];
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const keys = ["hub", "left_world", "right_world", "top_world"];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-catalog-"));
  reports = [];
  refused = [];
  build("first");
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Builds every world from a map that consists of `text`, and lets `capacity` players into each. */
function build(text: string, capacity = 200): void {
  for (const key of keys) {
    mkdirSync(join(dir, key), { recursive: true });
    writeFileSync(join(dir, key, "map.json"), text);
    writeFileSync(join(dir, key, "world.json"), "{}");
  }
  const entries = [...testFacts().worlds].map(([key, entry]) => [
    key,
    { ...entry, capacity, mapSha256: sha256(text) },
  ]);
  writeFileSync(join(dir, "worlds.json"), JSON.stringify(Object.fromEntries(entries)));
}

const open = (packFault?: string): WorldCatalog =>
  new WorldCatalog({
    worldIndex: join(dir, "worlds.json"),
    worldsDir: dir,
    packFault: async () => packFault,
    records: new BuildRecords(join(dir, "builds")),
    refuse: (launch) => void refused.push(launch),
    report: (event) => void reports.push(event),
  });

/** The real machines, followed by a catalog as the master's does. */
class Story {
  readonly catalog = open();
  readonly #cluster = new TestCluster({ worlds: this.catalog.entries });
  #told = 0;

  async tell(...telling: Parameters<TestCluster["tell"]>): Promise<void> {
    await this.#cluster.tell(...telling);
    for (const event of this.#cluster.transitions.slice(this.#told)) this.catalog.transition(event);
    this.#told = this.#cluster.transitions.length;
  }

  /** The launch that was ordered last registers. */
  async register(): Promise<`launch:${string}`> {
    const { launch, token } = this.#cluster.last("host:local", "launch") as unknown as Record<string, string>;
    await this.tell(`launch-link:${launch}`, `launch:${launch}`, {
      type: "register",
      tokenHash: hashOf(token as string),
      world: "hub",
      version: "0.1",
      protocol: 1,
      pid: 7,
      endpoint: { port: 1 },
      roster: { inside: [], expected: [] },
    });
    return `launch:${launch}`;
  }

  /** Another master reads what this one has left. */
  restarted(): WorldCatalog {
    const catalog = open();
    catalog.adopt((kind) => this.#cluster.engine.states(kind));
    return catalog;
  }

  get hub(): ReturnType<typeof reportWorlds>[number] | undefined {
    return reportWorlds(
      this.catalog,
      (kind) => this.#cluster.engine.states(kind),
      this.#cluster.nature.now(),
    )[0];
  }
}

test("an entry changes when newcomers are sent to the launch that was started with it, not before", async () => {
  const story = new Story();
  const { catalog } = story;
  const capacity = (): number | undefined => catalog.entries.get("hub")?.capacity;
  await story.tell("travel:t1", "world:hub", { type: "require" });
  const old = await story.register();
  build("second", 10);
  expect(capacity()).toBe(200);
  await story.tell("operator:o1", "world:hub", { type: "replace", noticeMs: 60_000 });
  expect(capacity()).toBe(200);
  // What is written while the heir proves itself is none of its.
  const heir = await story.register();
  build("third", 20);
  expect(story.hub).toMatchObject({
    phase: "open",
    build: catalog.buildOnDisk("hub"),
    launches: [{ launch: old.slice(7) }, { launch: heir.slice(7), phase: "testing", isHeir: true }],
  });
  expect(
    new Set([catalog.buildOf(old.slice(7)), catalog.buildOf(heir.slice(7)), story.hub?.build]).size,
  ).toBe(3);
  await story.tell(`launch-link:${heir.slice(7)}`, heir, { type: "tested" });
  expect(capacity()).toBe(200);
  await story.tell(`launch-link:${old.slice(7)}`, old, { type: "state", isFinal: true });
  expect(capacity()).toBe(10);
  expect(story.hub?.launches).toMatchObject([{ drains: { to: "hub", leftMs: 60_000 } }, {}]);
  await story.tell("host:local", old, { type: "exited", code: 0 });
  expect(catalog.buildOf(old.slice(7))).toBeUndefined();
});

test("an heir that fails leaves the entry as it was", async () => {
  const story = new Story();
  await story.tell("travel:t1", "world:hub", { type: "require" });
  await story.register();
  build("second", 10);
  await story.tell("operator:o1", "world:hub", { type: "replace", noticeMs: 60_000 });
  const heir = await story.register();
  await story.tell(`launch-link:${heir.slice(7)}`, heir, { type: "tested", fault: "no" });
  expect(story.catalog.entries.get("hub")?.capacity).toBe(200);
});

test("an index that cannot be read leaves the entries as they were, and is reported", async () => {
  const story = new Story();
  writeFileSync(join(dir, "worlds.json"), "{");
  await story.tell("travel:t1", "world:hub", { type: "require" });
  await story.register();
  expect(story.catalog.entries.get("hub")?.capacity).toBe(200);
  expect(reports).toEqual(["worlds.refused"]);
});

test("what lies on the disk is checked before it is started", async () => {
  expect(await open().check("hub")).toBeUndefined();
  expect(await open("half a pack").check("hub")).toBe("half a pack");
  const catalog = open();
  writeFileSync(join(dir, "hub", "map.json"), "half a ma");
  expect(await catalog.check("hub")).toMatch(/the build is not complete/);
  rmSync(join(dir, "hub"), { recursive: true });
  expect(await catalog.check("hub")).toMatch(/ENOENT/);
  expect(catalog.buildOnDisk("hub")).toBeUndefined();
  rmSync(join(dir, "worlds.json"));
  expect(await catalog.check("hub")).toMatch(/the worlds are not built/);
});

test("the next master knows what its launches were started with, and sends newcomers where they stand", async () => {
  const story = new Story();
  await story.tell("travel:t1", "world:hub", { type: "require" });
  const launch = (await story.register()).slice(7);
  const was = story.catalog.buildOf(launch);
  build("second", 10);
  writeFileSync(join(dir, "builds", "l0.json"), "{}");
  const next = story.restarted();
  expect(next.buildOf(launch)).toBe(was);
  expect(next.buildOnDisk("hub")).not.toBe(was);
  expect(next.entries.get("hub")?.capacity).toBe(200);
  expect(next.entries.get("left_world")?.capacity).toBe(10);
  expect(readdirSync(join(dir, "builds"))).toEqual([`${launch}.json`]);
  await story.tell("host:local", `launch:${launch}`, { type: "exited", code: 0 });
  expect(readdirSync(join(dir, "builds"))).toEqual([]);
});

test.each(["", "{", '{"entry":{"key":"hub"}}', '{"build":7}'])(
  "a record that is %j is none",
  async (text) => {
    const story = new Story();
    await story.tell("travel:t1", "world:hub", { type: "require" });
    const launch = (await story.register()).slice(7);
    writeFileSync(join(dir, "builds", `${launch}.json`), text);
    expect(story.restarted().buildOf(launch)).toBeUndefined();
  },
);

test("an heir of files that are wrong is not waited for", async () => {
  const story = new Story();
  await story.tell("travel:t1", "world:hub", { type: "require" });
  await story.register();
  expect(refused).toEqual([]);
  writeFileSync(join(dir, "hub", "map.json"), "half a ma");
  await story.tell("travel:t1", "world:hub", { type: "outdated" });
  expect(refused).toEqual([expect.stringMatching(/^launch:/)]);
  expect(reports).toEqual(["worlds.refused"]);
});
