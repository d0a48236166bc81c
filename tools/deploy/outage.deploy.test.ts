import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Players } from "./testing/players.ts";
import { Site } from "./testing/site.ts";

const crowd = 6;
let site: Site;
beforeAll(async () => {
  site = await Site.bootstrapped();
  // A world that somebody has just left is still there when its unit is looked for.
  site.machine.write("/etc/portcade/local.env", "PORTCADE_WORLD_IDLE_SECONDS=600\n");
  const { code, stderr } = await site.deploy(await site.release("first"));
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => site?.[Symbol.asyncDispose]());

const must = (line: string): Promise<string> => site.machine.must(line);
const masterPid = (): Promise<string> => must("systemctl show -P MainPID portcade");
const units = async (): Promise<string[]> =>
  (await must("systemctl list-units --plain --no-legend 'portcade-world@*' | cut -d' ' -f1 | sort"))
    .split("\n")
    .filter(Boolean);
const allIn = Array<string>(crowd).fill("in-world");

/** The groups of a unit, that of its memory first. */
async function groupsOf(unit: string): Promise<string[]> {
  const path = (await must(`systemctl show -P ControlGroup ${unit}`)).trim().replaceAll("\\", "\\\\");
  const places = "/sys/fs/cgroup/memory /sys/fs/cgroup/* /sys/fs/cgroup";
  const groups = await must(
    `for place in ${places}; do [ ! -d $place${path} ] || echo "$place${path}"; done`,
  );
  return groups
    .trim()
    .split("\n")
    .map((group) => `'${group}'`);
}

const killsSoFar = "sed -n 's/^oom_kill //p' /proc/vmstat";

/** The unit that says this of itself. */
async function unitOf(world: string): Promise<string> {
  for (const unit of await units())
    if (
      (await must(`journalctl -u ${unit} --no-pager -o cat`)).match(
        new RegExp(`WORLD_REGISTERED key=${world}\\b`),
      )
    )
      return unit;
  throw new Error(`no unit of ${world}`);
}

test("while the master restarts again and again nobody who connects is refused", async () => {
  const ask = "curl -s -m 20 -o /dev/null -w '%{http_code}:%{exitcode}\\n' http://127.0.0.1:19080/healthz";
  const asking = must(`rm -f /run/enough; while [ ! -e /run/enough ]; do ${ask} || true; done`);
  await must("for n in $(seq 25); do systemctl restart portcade; done; touch /run/enough");
  const answers = (await asking).trim().split("\n");
  // Whoever the one that stops had let in without having heard a request is cut off, and comes again.
  const cut = answers.filter((answer) => answer === "000:52" || answer === "000:56").length;
  console.log(`25 restarts: ${answers.length} connections, 0 refused, ${cut} cut`);
  expect(answers.filter((answer) => answer !== "200:0").length).toBe(cut);
  expect(answers.length - cut).toBeGreaterThan(25);
  // One asks at a time.
  expect(cut).toBeLessThanOrEqual(25);
  const units = "portcade.service portcade.socket portcade-launches.socket";
  expect(await must(`systemctl is-active ${units}`)).toBe("active\nactive\nactive\n");
});

describe("with players who walk", () => {
  let players: Players;
  beforeAll(async () => void (players = await site.enter(crowd)));
  afterAll(() => players?.[Symbol.asyncDispose]());

  /** Does something that no world notices. */
  async function unnoticed(what: string): Promise<void> {
    const worlds = await units();
    const { before, after } = await players.meanwhile(() => must(what));
    expect(after).toMatchObject({
      worldSockets: before.worldSockets,
      lostWorldSockets: before.lostWorldSockets,
    });
    expect(await units()).toEqual(expect.arrayContaining(worlds.slice(0, 1)));
  }

  test("a master that is killed is back, and finds the worlds that run", async () => {
    await unnoticed("systemctl kill -s KILL --kill-whom=main portcade");
  });

  test("a master that hangs is ended and started again by the watchdog", async () => {
    site.machine.write("/etc/systemd/system/portcade.service.d/soon.conf", "[Service]\nWatchdogSec=5\n");
    await unnoticed("systemctl daemon-reload; systemctl restart portcade");
    const hanging = await masterPid();
    await unnoticed("systemctl kill -s STOP --kill-whom=main portcade");
    expect(await masterPid()).not.toBe(hanging);
    expect(await must("journalctl -u portcade --no-pager -o cat")).toContain("Watchdog timeout");
  });

  test("a master that makes a backup has memory enough", async () => {
    expect(await must("portcade backup")).toContain("BACKUP_DONE");
    const [group = ""] = await groupsOf("portcade.service");
    const most = Number(
      await must(`cat ${group}/memory.max_usage_in_bytes 2>/dev/null || cat ${group}/memory.peak`),
    );
    console.log(
      `the master with what makes its backup: ${Math.round(most / 2 ** 20)} MiB at most, page cache counted`,
    );
    const killed = `cat ${group}/memory.oom_control ${group}/memory.events 2>/dev/null | grep '^oom_kill '`;
    expect(await must(killed)).toBe("oom_kill 0\n");
  });

  test("a world that needs more memory than it may have is ended by the kernel; it is back, and nobody else noticed", async () => {
    await using elsewhere = await site.enter(1, 1);
    await elsewhere.until(({ journeys }) => journeys > 0);
    const [hub, master] = [await unitOf("hub"), await masterPid()];
    const others = (await units()).filter((unit) => unit !== hub);
    const before = await players.met();
    // Of many that hoard a little the kernel ends the one that its unit has made the first to go. They go with it.
    const join = (await groupsOf(hub)).map((group) => `echo $$ >${group}/cgroup.procs\n`);
    const hoard = `for n in 1 2 3 4 5 6 7; do perl -e 'my $x = "x" x shift; sleep 600' $((55 << 20)) & done; wait\n`;
    site.machine.write("/srv/hoard.sh", `${join.join("")}${hoard}`);
    const kills = Number(await must(killsSoFar));
    await must("setsid bash /srv/hoard.sh </dev/null >/dev/null 2>&1 &");
    const after = await players.until(
      ({ worldSockets, state }) =>
        worldSockets >= before.worldSockets + crowd && state.every((one) => one === "in-world"),
    );
    expect(after.lostWorldSockets).toBe(before.lostWorldSockets + crowd);
    expect(await must(`journalctl -u ${hub} --no-pager -o cat`)).toMatch(/status=9\/KILL|oom-kill/);
    expect(Number(await must(killsSoFar))).toBeGreaterThan(kills);
    expect(await masterPid()).toBe(master);
    expect(await units()).toEqual(expect.arrayContaining(others));
    expect(await unitOf("hub")).not.toBe(hub);
  });

  test("what a world says is in the journal, under its unit", async () => {
    expect(await must("journalctl -u 'portcade-world@*' --no-pager -o cat")).toContain(
      "WORLD_REGISTERED key=hub",
    );
  });
});

test("when the machine goes down, worlds say goodbye to the master before it does, and all is back with it", async () => {
  await must("mkdir -p /var/log/journal && systemctl restart systemd-journald");
  {
    await using players = await site.enter(crowd);
    await site.machine.shutDown();
    expect((await players.met()).lostWorldSockets).toBeGreaterThan(0);
  }
  await site.machine.boot();
  const said = await must("journalctl --boot=-1 --no-pager -o cat -u portcade -u 'portcade-world@*'");
  const last = (text: string): number => said.lastIndexOf(text);
  expect(last("WORLD_STOPPING key=hub reason=terminated")).toBeGreaterThan(0);
  expect(last('"event":"master.stopping"')).toBeGreaterThan(last("WORLD_STOPPING key=hub reason=terminated"));
  await using players = await site.enter(crowd);
  expect((await players.met()).state).toEqual(allIn);
});

test("after a power cut the game is back by itself", async () => {
  await site.machine.cutPower();
  await site.machine.boot();
  expect(await must("systemctl start portcade && curl -sf http://127.0.0.1:19080/readyz")).toBe("ready\n");
  await using players = await site.enter(crowd);
  expect((await players.met()).state).toEqual(allIn);
});
