import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Players } from "./testing/players.ts";
import { type Release, Site } from "./testing/site.ts";

const crowd = 6;
let site: Site;
let first: Release;
beforeAll(async () => {
  site = await Site.create();
  const keys = "--deploy-key /srv/deploy.pub --ci-key /srv/ci.pub";
  const made = await site.bootstrap(`--host localhost --no-upgrade ${keys}`);
  if (made.code !== 0) throw new Error(made.stderr);
  first = await site.release("first");
});
afterAll(() => site[Symbol.asyncDispose]());

const current = (): Promise<string> => site.machine.must("readlink /opt/portcade/current");
const masterPid = (): Promise<string> => site.machine.must("systemctl show -P MainPID portcade");
const worlds = (): Promise<string> =>
  site.machine.must("systemctl list-units --plain --no-legend 'portcade-world@*' | cut -d' ' -f1 | sort");
const enter = (): Promise<Players> =>
  Players.enter(
    site.machine,
    site.url,
    crowd,
    join(site.machine.root, "var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"),
    join(site.dir, "packs"),
  );

/** Does something under walking players, and resolves to what they have met when all are back with a master. */
async function meanwhile(players: Players, what: () => Promise<void>): Promise<{ ms: number }> {
  const before = await players.met();
  const start = performance.now();
  await what();
  const ms = Math.round(performance.now() - start);
  const after = await players.until(
    ({ lostWorldSockets, resumed, state, walked }) =>
      lostWorldSockets > before.lostWorldSockets ||
      (resumed >= before.resumed + crowd &&
        state.every((state) => state === "in-world") &&
        walked.every((count, n) => count > (before.walked[n] ?? 0))),
  );
  expect(after).toMatchObject({
    worldSockets: before.worldSockets,
    lostWorldSockets: before.lostWorldSockets,
  });
  return { ms };
}

test("the first release starts the game, and nothing of it is anybody else's to write", async () => {
  expect(await site.deploy(first)).toMatchObject({
    code: 0,
    stderr: "",
    stdout: expect.stringMatching(/ runs\.\n$/),
  });
  expect(await current()).toBe(`releases/${first.name}\n`);
  expect(await site.machine.must("systemctl is-active portcade")).toBe("active\n");
  expect(await site.machine.must("find /opt/portcade/current/ ! -user root -o -perm /022")).toBe("");
  expect(await site.machine.must("stat -c '%a %U %G' /opt/portcade/current/portcade.env")).toBe(
    "640 root portcade\n",
  );
  const times = "cd /opt/portcade/current/world_packs && stat -c '%n %Y' *.zip";
  for (const line of (await site.machine.must(times)).trim().split("\n")) {
    const [name = "", time] = line.split(" ");
    const index = await site.machine.must("cat /opt/portcade/current/world_packs/index.json");
    expect(index).toContain(time);
    expect(index).toContain(name);
  }
});

test("the machine's own systemd finds nothing wrong with the units, and little exposed", async () => {
  const own = "cd /etc/systemd/system && ls -d portcade*.*";
  for (const unit of (await site.machine.must(own))
    .split("\n")
    .filter((name) => /\.(service|socket)$/.test(name))) {
    const verified = await site.machine.exec(`systemd-analyze verify /etc/systemd/system/${unit}`);
    expect({ unit, ...verified }).toEqual({ unit, code: 0, stdout: "", stderr: "" });
  }
  await site.machine.must("systemd-analyze security --threshold=20 --no-pager portcade.service");
});

describe("with players who walk", () => {
  let players: Players;
  beforeAll(async () => void (players = await enter()));
  afterAll(() => players[Symbol.asyncDispose]());

  test("worlds have units, limits and groups of their own, and see neither data nor the way to start others", async () => {
    const [unit = ""] = (await worlds()).split("\n");
    const pid = (await site.machine.must(`systemctl show -P MainPID ${unit}`)).trim();
    expect(await site.machine.must(`grep -h memory: /proc/${pid}/cgroup`)).toContain(unit);
    expect(
      await site.machine.must(
        `cat /sys/fs/cgroup/memory/$(sed -n 's/.*:memory://p' /proc/${pid}/cgroup)/memory.limit_in_bytes`,
      ),
    ).toBe(`${384 * 2 ** 20}\n`);
    const inside = `nsenter --target ${pid} --mount --net --setuid $(id -u portcade) --setgid $(id -g portcade)`;
    expect(await site.machine.must(`${inside} ls /var/lib/portcade`)).toBe("launches\nworlds\n");
    expect(
      (await site.machine.exec(`${inside} cat /run/portcade/launch.sock /etc/portcade/caddy.env`)).stderr,
    ).toMatch(/Permission denied[^]*Permission denied/);
    expect(await site.machine.must(`${inside} cat /proc/net/dev | grep -c :`)).toBe("1\n");
  });

  test("a deploy drops no world session, and no world process", async () => {
    const second = await site.release("second");
    const before = await worlds();
    const { ms } = await meanwhile(players, async () => {
      expect(await site.deploy(second)).toMatchObject({ code: 0, stderr: "" });
    });
    console.log(`deploy: ${crowd} players, 0 world sessions lost, ${ms} ms with upload`);
    expect(await current()).toBe(`releases/${second.name}\n`);
    expect((await worlds()).split("\n")).toEqual(
      expect.arrayContaining(before.trim().split("\n").slice(0, 1)),
    );
    expect(await site.machine.must("ls /var/lib/portcade/backups")).toMatch(/^\S+-before-0\.1\n$/);
  });

  test("one that does not come up is taken back by itself, and drops nobody either", async () => {
    const good = await current();
    const bad = await site.release("bad", (folder) => {
      writeFileSync(
        join(folder, "server", "portcade"),
        '#!/bin/sh\n[ "$1" != start ] || { echo "planted: I do not start" >&2; exit 3; }\nhere=$(dirname "$(readlink -f "$0")")\nexport LD_LIBRARY_PATH="$here"\nexec "$here/node" "$here/main.mjs" "$@"\n',
        { mode: 0o755 },
      );
    });
    await meanwhile(players, async () => {
      const { code, stderr } = await site.deploy(bad);
      expect(code).toBe(1);
      expect(stderr).toContain("planted: I do not start");
      expect(stderr).toMatch(/nothing has changed: .* runs again/);
    });
    expect(await current()).toBe(good);
  });

  test("one that is damaged, cannot read the data or lies about itself never takes over", async () => {
    const [good, pid] = [await current(), await masterPid()];
    const damaged = await site.release("damaged", (folder) =>
      rmSync(join(folder, "server", "better_sqlite3.node")),
    );
    expect((await site.deploy(damaged)).stderr).toContain("nothing was switched");
    const liar = await site.release("liar", (folder) =>
      writeFileSync(join(folder, "server", "portcade"), "#!/bin/sh\necho 9.9\n", { mode: 0o755 }),
    );
    expect((await site.deploy(liar)).stderr).toContain("the archive is of version 9.9");
    expect((await site.deploy(first, "LD_PRELOAD=/tmp/x\n")).stderr).toContain("portcade.env: line 3 is no");
    expect([await current(), await masterPid()]).toEqual([good, pid]);
  });

  test("a rollback is one command, and drops nobody", async () => {
    await meanwhile(players, async () => {
      expect(await site.ssh("ci", "sudo -n /opt/portcade/bin/rollback")).toMatchObject({ code: 0 });
    });
    expect(await current()).toBe(`releases/${first.name}\n`);
  });

  test("a master that is killed is back, and finds the worlds that run", async () => {
    const before = await worlds();
    await meanwhile(
      players,
      async () => void (await site.machine.must("systemctl kill -s KILL --kill-whom=main portcade")),
    );
    expect((await worlds()).split("\n")).toEqual(
      expect.arrayContaining(before.trim().split("\n").slice(0, 1)),
    );
  });

  test("a master that hangs is started again by the watchdog", async () => {
    site.machine.write("/etc/systemd/system/portcade.service.d/soon.conf", "[Service]\nWatchdogSec=5\n");
    await meanwhile(
      players,
      async () => void (await site.machine.must("systemctl daemon-reload; systemctl restart portcade")),
    );
    await meanwhile(
      players,
      async () => void (await site.machine.must("systemctl kill -s STOP --kill-whom=main portcade")),
    );
    expect(await site.machine.must("journalctl -u portcade --no-pager -o cat")).toContain("Watchdog timeout");
  });

  test("what a world says is in the journal, under its unit", async () => {
    expect(await site.machine.must("journalctl -u 'portcade-world@*' --no-pager -o cat")).toContain(
      "WORLD_REGISTERED key=hub",
    );
  });
});

test("data that a release has made unreadable is put back as the guide says, and the release before plays on", async () => {
  const release = await current();
  await site.machine.must(
    "systemctl stop portcade portcade.socket portcade-launches.socket 'portcade-world@*'",
  );
  const data = new Database(join(site.machine.root, "var/lib/portcade/durable.db"));
  data.pragma("user_version = 9999");
  data.close();
  const refused = await site.ssh("ci", "sudo -n /opt/portcade/bin/rollback");
  expect({ code: refused.code, stderr: refused.stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining("9999"),
  });
  await site.machine.must(
    "systemctl stop portcade portcade.socket portcade-launches.socket 'portcade-world@*'",
  );
  const backup = "/var/lib/portcade/backups/$(ls /var/lib/portcade/backups | grep before | tail -n 1)";
  const program = "/opt/portcade/current/server/portcade";
  await site.machine.must(`runuser -u portcade -- ${program} restore ${backup} --data-dir /var/lib/portcade`);
  expect(await site.ssh("ci", "sudo -n /opt/portcade/bin/rollback")).toMatchObject({ code: 0 });
  expect(await current()).not.toBe(release);
  await using players = await enter();
  expect((await players.met()).state).toEqual(Array(crowd).fill("in-world"));
});

test("when the machine goes down, worlds say goodbye to the master before it does, and all is back with it", async () => {
  await site.machine.must("mkdir -p /var/log/journal && systemctl restart systemd-journald");
  {
    await using players = await enter();
    await site.machine.shutDown();
    expect((await players.met()).lostWorldSockets).toBeGreaterThan(0);
  }
  await site.machine.boot();
  const said = await site.machine.must(
    "journalctl --boot=-1 --no-pager -o cat -u portcade -u 'portcade-world@*'",
  );
  const last = (text: string): number => said.lastIndexOf(text);
  expect(last("WORLD_STOPPING key=hub reason=terminated")).toBeGreaterThan(0);
  expect(last('"event":"master.stopping"')).toBeGreaterThan(last("WORLD_STOPPING key=hub reason=terminated"));
  await using players = await enter();
  expect((await players.met()).state).toEqual(Array(crowd).fill("in-world"));
});

test("after a power cut the game is back by itself", async () => {
  await site.machine.cutPower();
  await site.machine.boot();
  expect(await site.machine.must("systemctl start portcade && curl -sf http://127.0.0.1:19080/readyz")).toBe(
    "ready\n",
  );
  await using players = await enter();
  expect((await players.met()).state).toEqual(Array(crowd).fill("in-world"));
});
