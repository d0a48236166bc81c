import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { hashOf, TestCluster } from "#engine/testing.ts";
import type { Measured } from "./measured.ts";
import { Metrics } from "./metrics.ts";
import { parseTraffic, residentMb } from "./proc.ts";

let metrics: Metrics;
beforeEach(() => {
  metrics = new Metrics();
});
afterEach(() => {
  metrics[Symbol.dispose]();
  vi.useRealTimers();
});

/** A cluster with one player in the hub, whose world process is this one. */
async function cluster(): Promise<TestCluster> {
  const cluster = new TestCluster();
  await cluster.tell("client:c1", "session:s1", {
    type: "open",
    hello: { re: 1, version: "0.1", protocol: 1 },
  });
  const { lease } = cluster.last("player:s1", "lease");
  await cluster.tell("client:c1", "session:s1", { type: "lease.redeem", id: 1, lease });
  const order = cluster.last("host:local", "launch") as unknown as {
    launch: string;
    world: string;
    token: string;
  };
  const known = { world: order.world, version: "0.1", protocol: 1, pid: process.pid, endpoint: { port: 1 } };
  const roster = { inside: [], expected: [] };
  const launch = `launch:${order.launch}` as const;
  await cluster.tell("launch-link:hub", launch, {
    type: "register",
    tokenHash: hashOf(order.token),
    ...known,
    roster,
  });
  const { admission } = cluster.last("launch-link:hub", "expect");
  await cluster.nature.pass(30);
  for (const type of ["acked", "arrived"]) await cluster.tell("launch-link:hub", launch, { type, admission });
  return cluster;
}

const measured = ({ engine }: TestCluster): Measured => ({
  states: (kind) => engine.states(kind),
  sockets: () => ({ socketCount: 3, bufferedBytes: 4096 }),
  timings: { readCount: 2, readMs: 1, commitCount: 5, commitMs: 20, lastCommitMs: 4, failureCount: 1 },
});

async function values(): Promise<Map<string, number>> {
  const lines = (await metrics.text()).split("\n").filter((line) => line.startsWith("portcade_"));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  );
}

describe("the metrics", () => {
  test("count the transitions and time the phases", async () => {
    const { transitions } = await cluster();
    for (const event of transitions) metrics.transition(event);
    const found = await values();
    expect(found.get('portcade_transitions_total{event="launch.running",input="register"}')).toBe(1);
    expect(found.get('portcade_transitions_total{event="session.inWorld",input="committed"}')).toBe(1);
    expect(found.get('portcade_phase_seconds_sum{phase="travel.expecting"}')).toBeCloseTo(0.03);
    expect(found.get('portcade_phase_seconds_count{phase="travel.expecting"}')).toBe(1);
  });

  test("count strays apart", async () => {
    const event = {
      at: 1,
      id: "travel:t1",
      input: "acked",
      cause: "launch:l",
      before: "absent",
      after: "absent",
    } as const;
    metrics.transition({
      ...event,
      handled: false,
      body: { type: "acked" },
      state: undefined,
      previous: undefined,
    });
    expect((await values()).get('portcade_strays_total{kind="travel",input="acked"}')).toBe(1);
  });

  test("read players, worlds, sockets and the database when asked", async () => {
    const c = await cluster();
    metrics.observe(measured(c));
    const found = await values();
    expect(found.get("portcade_players")).toBe(1);
    expect(found.get('portcade_world_players{world="hub"}')).toBe(1);
    expect(found.get('portcade_launches{phase="running"}')).toBe(1);
    expect(found.get("portcade_control_sockets")).toBe(3);
    expect(found.get("portcade_control_buffered_bytes")).toBe(4096);
    expect(found.get("portcade_db_commits_total")).toBe(5);
    expect(found.get("portcade_db_commit_seconds_total")).toBeCloseTo(0.02);
    const [launch] = [...c.engine.states("launch")][0] as [`launch:${string}`, unknown];
    await c.tell("host:local", launch, { type: "exited", code: 1 });
    expect((await values()).has('portcade_world_players{world="hub"}')).toBe(false);
  });

  test("count launches that failed, and those that were to take over", async () => {
    const c = await cluster();
    metrics.observe(measured(c));
    const replace = async (tested: object): Promise<void> => {
      await c.tell("operator:o1", "world:hub", { type: "replace", noticeMs: 60_000 });
      const order = c.last("host:local", "launch") as unknown as { launch: string; token: string };
      const heir = `launch:${order.launch}` as const;
      await c.tell("launch-link:heir", heir, {
        type: "register",
        tokenHash: hashOf(order.token),
        world: "hub",
        version: "0.1",
        protocol: 1,
        pid: process.pid,
        endpoint: { port: 1 },
        roster: { inside: [], expected: [] },
      });
      await c.tell("launch-link:heir", heir, { type: "tested", ...tested });
    };
    const old = [...c.engine.states("launch")][0]?.[0] as `launch:${string}`;
    await replace({ fault: "no" });
    await replace({});
    await c.tell("launch-link:hub", old, { type: "state", isFinal: true });
    for (const event of c.transitions.splice(0)) metrics.transition(event);
    let found = await values();
    expect(found.get('portcade_upgrades_total{result="failed"}')).toBe(1);
    expect(found.get('portcade_upgrades_total{result="done"}')).toBe(1);
    expect(found.get("portcade_launches_draining")).toBe(1);
    expect(found.has('portcade_world_failures_total{world="hub"}')).toBe(false);
    const heir = `launch:${String(c.last("host:local", "launch")["launch"])}` as const;
    await c.tell("host:local", heir, { type: "exited", code: 1 });
    for (const event of c.transitions) metrics.transition(event);
    found = await values();
    expect(found.get('portcade_world_failures_total{world="hub"}')).toBe(1);
  });

  test("say whether saving is paused", async () => {
    expect((await values()).get("portcade_saving_paused")).toBe(0);
    metrics.stalled(true);
    expect((await values()).get("portcade_saving_paused")).toBe(1);
    metrics.stalled(false);
    expect((await values()).get("portcade_saving_paused")).toBe(0);
  });

  test("hold the process's own figures too", async () => {
    const text = await metrics.text();
    expect(text).toContain("process_resident_memory_bytes");
    expect(text).toContain("nodejs_eventloop_lag_seconds");
  });
});

describe("PERF_SAMPLE", () => {
  test("comes at once and every five seconds, with VirtuCade's names in order", async () => {
    const c = await cluster();
    for (const event of c.transitions) metrics.transition(event);
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const reports: [string, Readonly<Record<string, string | number | undefined>>][] = [];
    metrics.observe(measured(c));
    metrics.startSamples((event, fields) => reports.push([event, fields]));
    expect(reports.map(([event]) => event)).toEqual(["metrics.configured", "metrics.sampled"]);
    vi.advanceTimersByTime(10_000);
    expect(reports).toHaveLength(4);
    const sample = reports[1]?.[1] ?? {};
    expect(Object.keys(sample)).toEqual(Object.keys(sample).toSorted());
    expect(sample).toMatchObject({
      role: "master",
      pid: process.pid,
      master_peers: 3,
      master_ws_open_peers: 3,
      master_ws_outbound_buffered_bytes: 4096,
      registered_worlds: 1,
      validated_clients: 1,
      travel_leases: 0,
      pending_world_admissions: 0,
      active_world_join_requests: 0,
      join_ticket_ack_success_total: 1,
      join_ticket_ack_success_delta: 1,
      join_ticket_ack_timeout_total: 0,
      join_ticket_ack_last_msec: 30,
      world_processes: 1,
      worlds_running: 1,
      worlds_starting: 0,
      worlds_stopping: 0,
      world_players: 1,
      world_join_reservations: 0,
    });
    expect(reports[2]?.[1]["join_ticket_ack_success_delta"]).toBe(0);
    for (const name of ["rss_mb", "cpu_pct", "uptime_sec", "server_cluster_rss_mb"])
      expect(sample[name]).toBeGreaterThanOrEqual(0);
  });

  test.runIf(process.platform === "linux")("weighs every world process it knows", async () => {
    const c = await cluster();
    const reports: Readonly<Record<string, string | number | undefined>>[] = [];
    metrics.observe(measured(c));
    metrics.startSamples((_, fields) => reports.push(fields));
    const sample = reports[1] as Record<string, number>;
    // The world's process is this one, so it is weighed twice.
    expect(sample["world_hub_rss_mb"]).toBeGreaterThan(10);
    expect(sample["worlds_rss_mb"]).toBe(sample["world_hub_rss_mb"]);
    expect(sample["server_cluster_rss_mb"]).toBeGreaterThan(1.5 * (sample["world_hub_rss_mb"] ?? 0));
  });
});

test("a process that may open no more files goes on without knowing its size", () => {
  const rss = vi.spyOn(process.memoryUsage, "rss").mockImplementation(() => {
    throw new Error("EMFILE: too many open files");
  });
  expect(residentMb()).toBe(0);
  rss.mockRestore();
  expect(residentMb()).toBeGreaterThan(0);
});

test("traffic is told apart by interface", () => {
  const mega = 1024 * 1024;
  const table = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: ${2 * mega} 1 0 0 0 0 0 0 ${3 * mega} 1 0 0 0 0 0 0
  eth0:${4 * mega} 1 0 0 0 0 0 0 ${5 * mega} 1 0 0 0 0 0 0
  eth1: ${mega} 1 0 0 0 0 0 0 ${mega} 1 0 0 0 0 0 0`;
  expect(parseTraffic(table)).toEqual({ external: { rxMb: 5, txMb: 6 }, loopback: { rxMb: 2, txMb: 3 } });
  expect(parseTraffic("")).toEqual({ external: { rxMb: 0, txMb: 0 }, loopback: { rxMb: 0, txMb: 0 } });
});
