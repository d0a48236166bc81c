import { beforeEach, describe, expect, test } from "vitest";
import { hashOf, settled, TestCluster } from "#engine/testing.ts";
import { escape, markerLine } from "./escape.ts";
import { MasterLog } from "./log.ts";
import type { LogFormat, LogLevel } from "./sink.ts";

const written: string[] = [];
beforeEach(() => {
  written.length = 0;
});

function open(level: LogLevel = "trace", format: LogFormat = "json"): MasterLog {
  return new MasterLog({
    format,
    level,
    urlOf: (world) => `ws://127.0.0.1/${world}`,
    to: { write: (text) => void written.push(text) },
  });
}

const lines = (): Record<string, unknown>[] =>
  written.map((text) => JSON.parse(text) as Record<string, unknown>);

/** A whole stay: hello, first world, log-in, a place, a portal, talk, log-out; every secret in it is known. */
async function stay(): Promise<TestCluster> {
  const cluster = new TestCluster();
  const ask = (body: { type: string; [field: string]: unknown }): Promise<void> =>
    cluster.tell("client:c1", "session:s1", { id: 1, ...body });
  const enter = async (link: string): Promise<string> => {
    await ask({ type: "lease.redeem", lease: cluster.last("player:s1", "lease")["lease"] });
    const order = cluster.last("host:local", "launch") as unknown as {
      launch: string;
      world: string;
      token: string;
    };
    const launch = `launch:${order.launch}` as const;
    const known = { world: order.world, version: "0.1", protocol: 1, pid: 7, endpoint: { port: 1 } };
    const roster = { inside: [], expected: [] };
    await cluster.tell(`launch-link:${link}`, launch, {
      type: "register",
      tokenHash: hashOf(order.token),
      ...known,
      roster,
    });
    const { admission } = cluster.last(`launch-link:${link}`, "expect");
    for (const type of ["acked", "arrived"])
      await cluster.tell(`launch-link:${link}`, launch, { type, admission });
    return launch;
  };
  await cluster.tell("client:c1", "session:s1", {
    type: "open",
    hello: { re: 1, version: "0.1", protocol: 1 },
  });
  const hub = await enter("hub");
  await ask({ type: "chat.send", text: "a private word" });
  await ask({ type: "login", name: "Zebedee" });
  const { admission } = cluster.last("launch-link:hub", "expect");
  const place = { world: "hub", x: 1234.5, y: 1, facing: 0 };
  await cluster.tell("launch-link:hub", hub as `launch:${string}`, {
    type: "saves",
    saves: [{ admission, seq: 1, place }],
  });
  await ask({ type: "logout" });
  await cluster.tell("client:c1", "session:s1", { type: "closed" });
  await settled();
  return cluster;
}

describe("the log", () => {
  test("writes a transition as who reached what, from where, by which input", () => {
    const log = open();
    const event = {
      id: "travel:t1",
      input: "redeem",
      cause: "session:s1",
      handled: true,
      body: { type: "redeem" },
    } as const;
    log.transition({
      ...event,
      at: 1000.5,
      before: "absent",
      after: "leased",
      state: undefined,
      previous: undefined,
    });
    log.transition({
      ...event,
      at: 1250.25,
      before: "leased",
      after: "starting",
      state: undefined,
      previous: undefined,
    });
    expect(lines()[1]).toMatchObject({
      level: "info",
      event: "travel.starting",
      at: 1250.25,
      id: "travel:t1",
      from: "leased",
      input: "redeem",
      cause: "session:s1",
      node: "master",
      ms: 249.75,
    });
    expect(lines()[1]).not.toHaveProperty("msg");
  });

  test("carries the marker as its message", async () => {
    const log = open();
    const { transitions } = await stay();
    for (const event of transitions) log.transition(event);
    const registered = lines().find(({ event }) => event === "launch.running");
    expect(registered?.["msg"]).toMatch(/^MASTER_WORLD_REGISTERED key=hub /);
  });

  test("holds no ticket, token, talk or place, and a name in two lines only", async () => {
    const log = open();
    const { transitions, heard } = await stay();
    for (const event of transitions) log.transition(event);
    const secrets = heard.flatMap((message) => [
      message["ticket"],
      message["token"],
      message["ticketHash"],
      (message["welcome"] as { resume?: string } | undefined)?.resume,
    ]);
    const known = secrets.filter((secret) => typeof secret === "string");
    expect(known.length).toBeGreaterThanOrEqual(4);
    const all = written.join("");
    for (const secret of known) expect(all).not.toContain(secret);
    for (const token of known.map((secret) => secret.split(".").at(-1) as string))
      expect(all).not.toContain(token);
    for (const said of ["a private word", "1234.5", "hash of"]) expect(all).not.toContain(said);
    const named = written.filter((line) => /zebedee/i.test(line));
    expect(named.map((line) => /"msg":"(MASTER_LOG\w+)/.exec(line)?.[1])).toEqual([
      "MASTER_LOGIN",
      "MASTER_LOGOUT",
    ]);
  });

  test("knows an account by one pseudonym, in every field", async () => {
    const log = open();
    const { transitions } = await stay();
    for (const event of transitions) log.transition(event);
    const accounts = lines()
      .flatMap(({ id, cause }) => [id, cause])
      .filter((field) => String(field).startsWith("account:"));
    expect(accounts.length).toBeGreaterThan(1);
    expect(new Set(accounts).size).toBe(1);
    expect(accounts[0]).toMatch(/^account:~[0-9a-f]{12}$/);
  });

  test("calls an input nobody expected a stray", () => {
    const event = {
      at: 1,
      id: "travel:t1",
      input: "acked",
      cause: "launch:l1",
      before: "absent",
      after: "absent",
    } as const;
    open().transition({
      ...event,
      handled: false,
      body: { type: "acked" },
      state: undefined,
      previous: undefined,
    });
    expect(lines()[0]).toMatchObject({ level: "debug", event: "travel.stray", input: "acked" });
  });

  test("leaves out what happens all the time unless asked for it", async () => {
    const { transitions } = await stay();
    const quiet = open("info");
    for (const event of transitions) quiet.transition(event);
    expect(
      lines().every(
        ({ from, msg, event }) => msg !== undefined || !String(event).endsWith(`.${String(from)}`),
      ),
    ).toBe(true);
    const count = written.length;
    written.length = 0;
    const loud = open("debug");
    for (const event of transitions) loud.transition(event);
    expect(written.length).toBeGreaterThan(count);
  });

  test("as text is time and marker, one line each, and nothing else", async () => {
    const log = open("trace", "text");
    const { transitions } = await stay();
    for (const event of transitions) log.transition(event);
    log.report("link.closed", { id: "client:c1" });
    log.report("store.opened", { path: "/data/durable.db" });
    expect(written.length).toBeGreaterThan(8);
    for (const line of written)
      expect(line).toMatch(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (MASTER_|WORLD_|TRAVEL_|\[CHAT\] )[^\n]*\n$/,
      );
    expect(written.at(-1)).toContain(" MASTER_DB_READY path=/data/durable.db");
  });

  test("writes measures with three decimals and counts with none", () => {
    open("info", "text").report("metrics.sampled", { cpu_pct: 1.5, rss_mb: 70, world_processes: 2 });
    expect(written[0]).toMatch(/ PERF_SAMPLE cpu_pct=1\.500 rss_mb=70\.000 world_processes=2\n$/);
  });

  test("writes nothing at all when silent", () => {
    const log = open("silent", "text");
    log.report("store.opened", { path: "x" });
    log.stalled(true, "SQLITE_FULL");
    expect(written).toEqual([]);
  });

  test("says when saving pauses and resumes", () => {
    const log = open();
    log.stalled(true, "SQLITE_FULL");
    log.stalled(false);
    expect(lines()).toMatchObject([
      {
        level: "warn",
        event: "engine.stalled",
        reason: "SQLITE_FULL",
        msg: "MASTER_SAVING_PAUSED reason=SQLITE_FULL",
      },
      { level: "info", event: "engine.resumed", msg: "MASTER_SAVING_RESUMED" },
    ]);
  });

  test("warns of a commit that blocked the loop, and hardly mentions the others", () => {
    const log = open();
    log.committed({ writes: 3, ms: 1.23456 });
    log.committed({ writes: 1, ms: 40 });
    expect(lines()).toMatchObject([
      { level: "debug", event: "store.committed", writes: 3, ms: 1.235 },
      { level: "warn", event: "store.committed", ms: 40 },
    ]);
  });

  test("writes a flood of violations as a few lines", () => {
    const log = open();
    for (let n = 0; n < 10_000; n += 1) log.report("link.violated", { id: "client:c1", fault: "not JSON" });
    expect(written.length).toBeLessThanOrEqual(500);
    expect(lines()[0]).toMatchObject({ level: "warn", event: "link.violated" });
  });

  test("spends only so many lines a second on what strangers do, and all it needs on the rest", () => {
    const log = open();
    for (let n = 0; n < 5000; n++) log.report("link.opened", { id: `client:c${n}` });
    for (let n = 0; n < 100; n++) log.report("host.exited", { id: `launch:l${n}` });
    const opened = lines().filter(({ event }) => event === "link.opened").length;
    expect(opened).toBeGreaterThanOrEqual(50);
    expect(opened).toBeLessThan(1000);
    expect(lines().filter(({ event }) => event === "host.exited")).toHaveLength(100);
  });

  test("lets no peer break a line or turn it around", () => {
    const log = open("trace", "text");
    const evil = "x\r\n2026-01-01T00:00:00.000Z MASTER_READY\u2028\u202E\u0000\u001B[31m";
    log.report("store.opened", { path: evil });
    expect(written[0]).toMatch(/^[^\n]*\n$/);
    expect(written[0]).toContain("x\\u000d\\u000a2026");
    written.length = 0;
    open().report("link.violated", { fault: evil, id: "account:zebedee" });
    for (const char of ["\u2028", "\u202E", "\u001B", "zebedee"]) expect(written[0]).not.toContain(char);
  });
});

test("escaping keeps letters of every script and bounds the length", () => {
  expect(escape("Zoë 大 ü")).toBe("Zoë 大 ü");
  expect(escape("\uD800")).toBe("\\ud800");
  expect(escape("\u{E0041}")).toBe("\\udb40\\udc41");
  expect(escape("a".repeat(1000)).length).toBe(257);
});

test("a marker has no spaces within a value and leaves out what is not known", () => {
  expect(markerLine("NAME", { a: "x y", b: undefined, c: 0, d: false })).toBe("NAME a=x_y c=0 d=false");
});
