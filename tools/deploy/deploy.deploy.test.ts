import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appVersion } from "#shared/version.ts";
import { manifestFile } from "#tools/artifacts/manifest.ts";
import { buildNextVersion } from "./testing/next-version.ts";
import type { Players } from "./testing/players.ts";
import { builds, type Release, Site } from "./testing/site.ts";

const crowd = 6;
const travelers = 2;
let site: Site;
let first: Release;
/** Of the next version, as a release builds it. */
let second: Release;
beforeAll(async () => {
  site = await Site.bootstrapped();
  first = await site.release("first");
  second = await site.release("second", undefined, await buildNextVersion(join(site.dir, "next"), builds));
});
afterAll(() => site?.[Symbol.asyncDispose]());

const current = (): Promise<string> => site.machine.must("readlink /opt/portcade/current");
const worlds = (): Promise<string> =>
  site.machine.must("systemctl list-units --plain --no-legend 'portcade-world@*' | cut -d' ' -f1 | sort");
const enter = (): Promise<Players> => site.enter(crowd);

/** Does something under players, none of whom may lose a world. */
async function meanwhile(
  players: Players,
  what: () => Promise<unknown>,
): Promise<Awaited<ReturnType<Players["meanwhile"]>>> {
  const met = await players.meanwhile(what);
  const { worldSockets, lostWorldSockets } = met.before;
  expect(met.after).toMatchObject({ worldSockets, lostWorldSockets });
  return met;
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

describe("with players who walk, travel and talk", () => {
  let players: Players;
  beforeAll(async () => void (players = await site.enter(crowd, travelers)));
  afterAll(() => players?.[Symbol.asyncDispose]());

  test("worlds have units, limits and groups of their own, and see neither data nor the way to start others", async () => {
    const [unit = ""] = (await worlds()).split("\n");
    expect(await site.machine.must(`systemctl show -P MemoryMax ${unit}`)).toBe(`${384 * 2 ** 20}\n`);
    const pid = (await site.machine.must(`systemctl show -P MainPID ${unit}`)).trim();
    expect(await site.machine.must(`cat /proc/${pid}/cgroup`)).toContain(unit);
    const inside = `nsenter --target ${pid} --mount --net --setuid $(id -u portcade) --setgid $(id -g portcade)`;
    expect(await site.machine.must(`${inside} ls /var/lib/portcade`)).toBe("launches\nworlds\n");
    expect(
      (await site.machine.exec(`${inside} cat /run/portcade/launch.sock /etc/portcade/caddy.env`)).stderr,
    ).toMatch(/Permission denied[^]*Permission denied/);
    expect(await site.machine.must(`${inside} cat /proc/net/dev | grep -c :`)).toBe("1\n");
  });

  test("the deploy of another version drops no world session, and no world process", async () => {
    const before = await worlds();
    const {
      before: met,
      after,
      ms,
    } = await meanwhile(players, async () => {
      expect(await site.deploy(second)).toMatchObject({ code: 0, stderr: "" });
    });
    const later = await players.until(({ linesHeard }) => linesHeard > after.linesHeard + 1);
    expect(later.lostWorldSockets).toBe(met.lostWorldSockets);
    console.log(
      `deploy of ${second.version}: ${crowd} players walk, ${travelers} travel (${later.journeys - met.journeys} journeys, ${later.refusedJourneys - met.refusedJourneys} refused), ` +
        `0 world sessions lost, ${ms} ms with upload, longest pause of chat ${later.longestChatPauseMs} ms`,
    );
    expect(second.version).not.toBe(appVersion);
    expect(await current()).toBe(`releases/${second.name}\n`);
    expect(await site.machine.must("curl -sf http://127.0.0.1:19080/status")).toContain(
      `"version":"${second.version}"`,
    );
    // The hub's; others may have been empty for a moment.
    expect((await worlds()).split("\n")).toEqual(
      expect.arrayContaining(before.trim().split("\n").slice(0, 1)),
    );
    expect((await site.machine.must("portcade backup list")).trim()).toMatch(
      /^\S+-before-deploy .*before-deploy/,
    );
    await players.until(({ updates }) => updates === crowd + travelers);
    await using newcomers = await site.enter(1, 1, second.version);
    await newcomers.until(({ journeys }) => journeys > 1);
  });

  test("one that does not come up is taken back by itself, and drops nobody either", async () => {
    const good = await current();
    const planted = '[ "$1" != start ] || { echo "planted: I do not start" >&2; exit 3; }';
    const bad = await site.pack(site.tiny("bad", planted), appVersion);
    const settings = "cat /etc/portcade/caddy.env /etc/caddy/Caddyfile /opt/portcade/current/portcade.env";
    const before = await site.machine.must(settings);
    await meanwhile(players, async () => {
      const { code, stderr } = await site.deploy(
        bad,
        "PORTCADE_WARM_SPARES=0\n",
        "PORTCADE_GAME_HOST=elsewhere\n",
      );
      expect(code).toBe(1);
      expect(stderr).toContain("planted: I do not start");
      expect(stderr).toMatch(/nothing has changed: .* runs again/);
    });
    expect(await current()).toBe(good);
    expect(await site.machine.must(settings)).toBe(before);
  });

  test("settings with which the release that runs does not come up are taken back, and drop nobody", async () => {
    const settings = "cat /etc/portcade/caddy.env /opt/portcade/current/{portcade,caddy}.env";
    const before = await site.machine.must(settings);
    await meanwhile(players, async () => {
      const { code, stderr } = await site.deploy(second, "PORTCADE_LIMIT_PLAYERS_TOTAL=none\n");
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /LIMIT_PLAYERS_TOTAL[^]*nothing has changed: .* with its settings of before runs again/,
      );
    });
    expect(await current()).toBe(`releases/${second.name}\n`);
    expect(await site.machine.must(settings)).toBe(before);
    expect(await site.machine.must("ls /opt/portcade/incoming")).toBe("portcade.env\n");
  });

  test("a rollback is one command, and drops nobody", async () => {
    await meanwhile(players, async () => {
      expect(await site.ssh("ci", "sudo -n /opt/portcade/bin/rollback")).toMatchObject({ code: 0 });
    });
    expect(await current()).toBe(`releases/${first.name}\n`);
  });
});

/** Makes a build change the form of the data by one step more. */
function migrateFurther(folder: string, step: string): void {
  const program = join(folder, "server/main.mjs");
  const text = readFileSync(program, "utf8");
  const migrated = text.replace(/(CREATE TABLE memories [^`"]*STRICT;)([`"])/, `$1$2,$2${step}$2`);
  expect(migrated).not.toBe(text);
  writeFileSync(program, migrated);
}

describe("what is not as it must be never takes over", () => {
  /** @returns what was said of a deploy that had to fail and to change nothing */
  async function refused(release: Release, more = "", caddy?: string): Promise<string> {
    const state =
      "readlink /opt/portcade/current; systemctl show -P MainPID portcade; cat /etc/portcade/caddy.env; ls -A /opt/portcade/releases";
    const before = await site.machine.must(state);
    const { code, stderr } = await site.deploy(release, more, caddy);
    expect({ code, state: await site.machine.must(state) }).toEqual({ code: 1, state: before });
    return stderr;
  }

  test("of another version, or with a migration that fails", async () => {
    const liar = await site.pack(site.tiny("liar", "echo 9.9; exit"), appVersion);
    expect(await refused(liar)).toContain("the archive is of version 9.9");
    const stuck = await site.release("stuck", (folder) =>
      migrateFurther(folder, "CREATE TABLE memories (key TEXT) STRICT;"),
    );
    expect(await refused(stuck)).toMatch(/memories already exists[^]*nothing was switched/);
  });

  test("with a file that is not in its manifest, is another one, or is not there", async () => {
    const folder = site.tiny("tampered");
    const [odd, program] = [join(folder, "web/planted.js"), join(folder, "server/portcade")];
    const isNot = "the archive is not what its manifest says: ";
    writeFileSync(odd, "");
    expect(await refused(await site.pack(folder, appVersion))).toContain(`${isNot}web/planted.js`);
    rmSync(odd);
    writeFileSync(program, "");
    expect(await refused(await site.pack(folder, appVersion))).toContain(`${isNot}server/portcade`);
    rmSync(program);
    expect(await refused(await site.pack(folder, appVersion))).toContain(`${isNot}server/portcade`);
  });

  test("with a manifest that names a file elsewhere, or a sha256 that is none", async () => {
    const forged = async (name: string, pattern: RegExp, put: string): Promise<string> => {
      const folder = site.tiny(name);
      const file = join(folder, manifestFile);
      const text = readFileSync(file, "utf8");
      expect(text).toMatch(pattern);
      writeFileSync(file, text.replace(pattern, put));
      return refused(await site.pack(folder, appVersion));
    };
    expect(await forged("curious-names", /"server\/portcade"/, '"/etc/shadow"')).toContain(
      "the archive is not what its manifest says: /etc/shadow",
    );
    expect(await forged("unsummed", /"[0-9a-f]{64}"/, `"${"x".repeat(64)}"`)).toContain(
      "its manifest holds a sha256 that is none",
    );
  });

  test("with settings that are none, and with a Caddyfile that Caddy does not accept", async () => {
    expect(await refused(first, "LD_PRELOAD=/tmp/x\n")).toContain("portcade.env: line 3 is no");
    expect(await refused(first, "", "PORTCADE_GAME_HOST=a {\n")).toContain(
      "caddy.env: PORTCADE_GAME_HOST is a name",
    );
    expect(await refused(first, "", "PORTCADE_GAME_HOST=a\nPORTCADE_ACME_EMAIL=a@b\n")).toContain(
      "is no address",
    );
    expect(await refused(first, "", "PORTCADE_GAME_HOST=a\nPATH=/tmp\n")).toContain(
      "caddy.env: line 2 is neither",
    );
    const odd = await site.pack(site.tiny("edge"), appVersion, "localhost {\n\trespnd 200\n}\n");
    expect(await refused(odd)).toMatch(/respnd[^]*nothing was switched/);
    const curious = await site.pack(
      site.tiny("curious"),
      appVersion,
      "localhost {\n\timport /etc/shadow\n}\n",
    );
    expect(await refused(curious)).toMatch(/permission denied[^]*nothing was switched/);
  });
});

test("a release that changed the form of the data is left with the data of before, in one command", async () => {
  const older = await current();
  const newer = await site.release("newer-form", (folder) =>
    migrateFurther(folder, "CREATE TABLE later (key TEXT) STRICT;"),
  );
  expect(await site.deploy(newer)).toMatchObject({ code: 0 });
  expect(await site.ssh("ci", "sudo -n /opt/portcade/bin/rollback")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("written by a newer Portcade"),
  });
  const backup = (await site.machine.must("ls /var/lib/portcade/backups | grep before | tail -n 1")).trim();
  expect(await site.ssh("ci", `sudo -n /opt/portcade/bin/rollback --restore ${backup}`)).toMatchObject({
    code: 1,
    stderr: "rollback: whoever deploys may not put data back; log in as yourself\n",
  });
  await site.machine.must(`/opt/portcade/bin/rollback --restore ${backup}`);
  expect(await current()).toBe(older);
  await using players = await enter();
  expect((await players.met()).state).toEqual(Array(crowd).fill("in-world"));
});

test("Caddy is told of a release's public name and e-mail after it runs, and of nothing when both are as before", async () => {
  const asked = (name: string): Promise<string> =>
    site.machine.must(
      `curl -sk -o /dev/null -w '%{http_code}' --resolve ${name}:443:127.0.0.1 https://${name}/healthz || true`,
    );
  const told = (): Promise<string> =>
    site.machine.must("stat -c %y /var/lib/caddy/.config/caddy/autosave.json");
  const settings = (name: string): string =>
    `PORTCADE_GAME_HOST=${name}\nPORTCADE_ACME_EMAIL=me@example.org\n`;
  const release = { ...first, name: (await current()).trim() };
  const before = await told();
  expect(await site.deploy(release, "PORTCADE_WARM_SPARES=0\n")).toMatchObject({ code: 0, stderr: "" });
  expect(await told()).toBe(before);
  expect(await site.machine.must("cat /opt/portcade/current/portcade.env")).toContain(
    "PORTCADE_WARM_SPARES=0",
  );
  expect([await asked("localhost"), await asked("play.localhost")]).toEqual(["200", "000"]);
  expect(await site.deploy(release, "", settings("play.localhost"))).toMatchObject({ code: 0, stderr: "" });
  expect(await told()).not.toBe(before);
  expect([await asked("localhost"), await asked("play.localhost")]).toEqual(["000", "200"]);
  expect(await site.machine.must("cat /etc/portcade/caddy.env")).toBe(
    `${settings("play.localhost")}PORTCADE_CADDY_STREAMS=""\n`,
  );
  expect(await site.machine.must("ls -A /opt/portcade/incoming")).toBe("portcade.env\n");
});
