import { setTimeout } from "node:timers/promises";
import { isAlive, type MasterProcess } from "./master-process.ts";
import { runSmoke, type SmokePlayer, type SmokeRun } from "./smoke-run.ts";

const worlds = ["hub", "left_world", "right_world", "top_world"];
const linesEach = 10;
const idleMs = 15_000;
const leftMs = 15_000;
const goneMs = 10_000;
/** Samples come every five seconds. */
const sampleMs = 6000;

await runSmoke(
  { name: "smoke", marker: "SMOKE_PASS", timeoutS: 180, options: { clients: "2" } },
  async (smoke, { clients = "2" }) => {
    const master = await smoke.master();
    const players = Array.from({ length: Number(clients) }, () => smoke.player(master.url));
    await Promise.all(players.map((player) => player.play("smoke_test")));
    await checkMarkers(smoke, master);
    for (const player of players) checkPlayer(smoke, player);
    await Promise.all(players.map(({ headless }) => headless[Symbol.asyncDispose]()));
    await heardAll(master, players.length * linesEach);
    await checkIdleStops(smoke, master);
    await master.stop();
    await checkMasterKill(smoke);
    return `clients=${players.length} chat_messages=${players.length * linesEach}`;
  },
);

async function checkMarkers(smoke: SmokeRun, master: MasterProcess): Promise<void> {
  const said = (pattern: string): boolean => master.all(new RegExp(pattern)).length > 0;
  for (const key of worlds) {
    for (const marker of ["STARTED", "REGISTERED", "RUNNING", "PLAYERS"])
      smoke.check(said(`MASTER_WORLD_${marker} key=${key}\\b`), `no MASTER_WORLD_${marker} key=${key}`);
    for (const marker of ["WORLD_READY", "WORLD_REGISTERED"])
      smoke.check(said(`\\] ${marker} key=${key}\\b`), `no ${marker} key=${key}`);
    smoke.check(said(`WORLD_JOIN_APPROVED .*key=${key}\\b`), `no WORLD_JOIN_APPROVED key=${key}`);
  }
  await master.until(/PERF_SAMPLE .*\brole=master\b/, sampleMs);
  const sample = master.lines.findLast((line) => /PERF_SAMPLE .*\brole=master\b/.test(line)) ?? "";
  for (const name of ["master_ws_outbound_buffered_bytes=", "world_processes=", "server_cluster_rss_mb="])
    smoke.check(sample.includes(name), `no ${name} in the master's sample`);
}

function checkPlayer(smoke: SmokeRun, { lines }: SmokePlayer): void {
  const downloads = lines.filter((line) => /^WORLD_PACK_READY .*cache=downloaded/.test(line)).length;
  smoke.check(downloads >= worlds.length, `only ${downloads} packs were downloaded into an empty cache`);
  const sample = lines.findLast((line) => line.startsWith("PERF_SAMPLE ")) ?? "";
  for (const name of [
    "role=client",
    "client_master_last_msec=",
    "world_ws_outbound_buffered_bytes=",
    "last_transfer_msec=",
    "world_pack_prepare_last_msec=",
    "last_world_pack_bytes=",
  ])
    smoke.check(sample.includes(name), `no ${name} in a client's sample`);
}

/** A player's own words can be here before the master's about them: what it says next is about what comes after. */
async function heardAll(master: MasterProcess, count: number): Promise<void> {
  const heard = /\[CHAT\] received from /;
  while (master.all(heard).length < count) await master.until(heard, leftMs, master.lines.length);
}

/** Every world ends by itself once nobody is in it; the time counts from the last player's leaving. */
async function checkIdleStops(smoke: SmokeRun, master: MasterProcess): Promise<void> {
  const stops = worlds.map(async (key) => {
    const players = new RegExp(`MASTER_WORLD_PLAYERS key=${key} count=(\\d+)`);
    const last = master.lines.findLastIndex((line) => players.test(line));
    const isEmpty = players.exec(master.lines[last] ?? "")?.[1] === "0";
    // A player whose socket ended stays for a while, in case it was only the line.
    if (!isEmpty) await master.until(new RegExp(`MASTER_WORLD_PLAYERS key=${key} count=0`), leftMs, last + 1);
    await master.until(new RegExp(`MASTER_WORLD_STOPPED key=${key} .*reason=idle`), idleMs, last);
    smoke.say(`SMOKE_STEP idle_stop=${key}`);
  });
  await Promise.all(stops);
}

/** A master that dies without a word leaves no world behind. */
async function checkMasterKill(smoke: SmokeRun): Promise<void> {
  const master = await smoke.master({ MASTER_LOSS_SECONDS: 3 });
  await smoke.player(master.url).headless.inWorld("hub");
  const pid = master.worldPid("hub");
  smoke.check(pid > 0 && isAlive(pid), "the hub does not run");
  const killedAt = performance.now();
  await master.kill();
  await Promise.race([master.gone, setTimeout(goneMs, undefined, { ref: false })]);
  // An ending process lets go of its output a moment before the system counts it as ended, and tells nobody then.
  while (isAlive(pid) && performance.now() < killedAt + goneMs) await setTimeout(10);
  smoke.check(!isAlive(pid), `a world still runs ${goneMs} ms after its master was killed`);
  smoke.say(`SMOKE_PROCESS_GONE hub_after_master_kill msec=${Math.round(performance.now() - killedAt)}`);
}
