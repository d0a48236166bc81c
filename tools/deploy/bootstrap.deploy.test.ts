import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Site } from "./testing/site.ts";

let site: Site;
beforeAll(async () => void (site = await Site.create()));
afterAll(() => site[Symbol.asyncDispose]());

const keys = "--deploy-key /srv/deploy.pub --ci-key /srv/ci.pub --no-upgrade";
const key = `ssh-ed25519 ${"A".repeat(68)} me`;

describe("bootstrap", () => {
  test.each([
    ["--port 22", "there is no option --port"],
    ["--host", "--host needs a value"],
    [keys, "--host is a name such as play.example.org, not missing"],
    ["--host 'a b'", "--host is a name"],
    ["--host 192.0.2.1", "--host is a name"],
    ["--host x --email nobody", "--email is no address"],
    ["--host x --deploy-key /nowhere", "--deploy-key: there is no file /nowhere"],
    ["--host x --no-upgrade", "no key could log in any more"],
  ])("refuses %s in one line, and changes nothing", async (args, why) => {
    const { code, stderr } = await site.bootstrap(args);
    expect({ code, why: stderr.trim().split("\n").at(-1) }).toEqual({
      code: 1,
      why: expect.stringContaining(why),
    });
    expect((await site.machine.exec("ls -d /opt/portcade")).code).not.toBe(0);
  });

  test.each([
    ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "is a private key"],
    ["an empty file", "", "is empty"],
    ["options before the key", `command="sh" ${key}\n`, "line 1 of"],
    ["a second line that is none", `${key}\nrm -rf /\n`, "line 2 of"],
    ["a comment a shell could read", `${key}$(id)\n`, "line 1 of"],
  ])("refuses %s where public keys should be", async (_, content, why) => {
    site.machine.write("/srv/bad.pub", content);
    const { code, stderr } = await site.bootstrap("--host x --ci-key /srv/bad.pub");
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(why) });
  });

  test("makes a machine ready, and does no harm when it is run again", async () => {
    const first = await site.bootstrap(`--host localhost --email me@example.org ${keys}`);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining("This machine is ready") });
    // Debian's Caddy is older than what lets players outlast a reload.
    expect(await site.machine.must("cat /etc/portcade/caddy.env")).toBe(
      'PORTCADE_GAME_HOST=localhost\nPORTCADE_ACME_EMAIL=me@example.org\nPORTCADE_CADDY_STREAMS=""\n',
    );
    const state =
      "find /etc/portcade /etc/sudoers.d /etc/ssh /etc/systemd/system /opt/portcade /home /var/lib/portcade -printf '%p %m %u %g %l %s\\n' | sort; nft list ruleset";
    const before = await site.machine.must(state);
    // Files are those of the folder it is called in.
    const again =
      "cd /srv && bash portcade/bootstrap.sh --no-upgrade --deploy-key deploy.pub --ci-key ci.pub";
    await site.machine.must(`${again} --host localhost --email me@example.org`);
    expect(await site.machine.must(state)).toBe(before);
  });

  test("lets people in by key alone, and the pipeline do nothing but deploy", async () => {
    expect(await site.ssh("deploy", "id -un")).toMatchObject({ code: 0, stdout: "deploy\n" });
    expect(await site.machine.must("sshd -T | grep -E '^(passwordauth|kbdinter|permitroot)' | sort")).toBe(
      "kbdinteractiveauthentication no\npasswordauthentication no\npermitrootlogin without-password\n",
    );
    expect((await site.ssh("ci", "sudo -n id")).code).not.toBe(0);
    expect((await site.ssh("ci", "sudo -n bash /opt/portcade/bin/deploy 0.1 x")).code).not.toBe(0);
    expect(await site.ssh("ci", "sudo -n /opt/portcade/bin/deploy 0.1 x")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("a sha256 has 64 hexadecimal digits"),
    });
    expect((await site.ssh("ci", "touch /opt/portcade/bin/deploy /opt/portcade/releases/x")).code).not.toBe(
      0,
    );
  });

  test("opens three ports and no more", async () => {
    expect(await site.machine.must("nft list ruleset")).toMatch(
      /policy drop;[^]*tcp dport \{ 22, 80, 443 \} accept/,
    );
  });

  test("enables the service without starting it before there is a release", async () => {
    expect(await site.machine.must("systemctl is-enabled portcade.service")).toBe("enabled\n");
    expect((await site.machine.exec("systemctl start portcade; systemctl is-active portcade")).stdout).toBe(
      "inactive\n",
    );
    expect(await site.machine.must("systemctl is-active portcade.socket portcade-world.socket caddy")).toBe(
      "active\nactive\nactive\n",
    );
  });
});

test("an order without a release says so", async () => {
  expect(await site.machine.exec("portcade world list")).toMatchObject({
    code: 1,
    stderr: "portcade: there is no release on this machine yet; deploy one\n",
  });
});

test("a rollback without a release before says so", async () => {
  expect(await site.ssh("ci", "sudo -n /opt/portcade/bin/rollback")).toMatchObject({
    code: 1,
    stderr: "rollback: there is no release before this one\n",
  });
});

test("a deploy without what it needs changes nothing", async () => {
  const deploy = `sudo -n /opt/portcade/bin/deploy 0.1 ${"0".repeat(64)}`;
  expect((await site.ssh("ci", deploy)).stderr).toContain(
    "there is no /opt/portcade/incoming/portcade-0.1.tar.gz",
  );
  await site.ssh("ci", "cat >/opt/portcade/incoming/portcade-0.1.tar.gz", "not an archive");
  expect((await site.ssh("ci", deploy)).stderr).toContain("the archive is another one");
  expect(await site.machine.must("ls -A /opt/portcade/releases")).toBe("");
});

test("settings with which Caddy does not run are taken back, and it runs as before", async () => {
  const settings = "cat /etc/portcade/caddy.env /etc/caddy/Caddyfile";
  const before = await site.machine.must(settings);
  // Good to look at; but that port is the door of ssh.
  site.machine.write("/opt/portcade/releases/taken/Caddyfile", "localhost:22 {\n\trespond ok\n}\n");
  const load = "check_caddyfile $home/releases/taken && echo good; load_caddyfile taken";
  expect(await site.machine.exec(`. /opt/portcade/bin/switch.sh; ${load}`)).toMatchObject({
    code: 1,
    stdout: "good\n",
  });
  expect(await site.machine.must(settings)).toBe(before);
  expect(await site.machine.must("systemctl is-active caddy")).toBe("active\n");
});
