import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "#tools/test/programs.ts";
import { Machine } from "./testing/machine.ts";
import { Players } from "./testing/players.ts";
import { must, type Outcome, run } from "./testing/run.ts";

/**
 * The guides, followed to the letter: their commands are typed on a computer with an empty home, against a machine as
 * a provider hands it over. `localhost` stands for the public name, a bare repository for the one on GitHub.
 */
const name = "localhost";
const home = userInfo().homedir;
const authority = "var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt";

let dir: string;
let machine: Machine;
beforeAll(async () => {
  const base = process.env["PORTCADE_DEPLOY_BASE"];
  if (base === undefined) throw new Error("these tests run by npm run test:deploy");
  dir = mkdtempSync(join(tmpdir(), "portcade-guides-"));
  for (const folder of ["home/.ssh", "work"]) mkdirSync(join(dir, folder), { recursive: true, mode: 0o700 });
  // The answer that a person gives who has compared the fingerprint.
  writeFileSync(join(dir, "home/.ssh/config"), "StrictHostKeyChecking accept-new\n");
  const who = "[user]\nname = Me\nemail = me@example.org\n[init]\ndefaultBranch = main\n";
  writeFileSync(join(dir, "home/.gitconfig"), who);
  await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(dir, "home/.ssh/id_ed25519")]);
  await must("git", ["clone", "--quiet", "--bare", `file://${root}`, join(dir, "portcade.git")]);
  const head = (await must("git", ["-C", root, "rev-parse", "HEAD"])).trim();
  await must("git", ["--git-dir", join(dir, "portcade.git"), "update-ref", "refs/heads/main", head]);
  await must("git", ["--git-dir", join(dir, "portcade.git"), "symbolic-ref", "HEAD", "refs/heads/main"]);
  machine = await Machine.create(base);
  await machine.must("apt-get install -y -q --no-install-recommends openssh-server");
  const key = readFileSync(join(dir, "home/.ssh/id_ed25519.pub"), "utf8");
  await machine.exec("install -d -m 0700 ~root/.ssh; cat >~root/.ssh/authorized_keys", key);
});
afterAll(async () => {
  await machine?.[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

/** What a guide has people type, block by block. */
function blocksOf(guide: string): string[] {
  const text = readFileSync(join(root, "docs/guides", guide), "utf8");
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, code = ""]) =>
    code
      .replaceAll("play.example.org", name)
      .replaceAll("https://github.com/me/portcade.git", join(dir, "portcade.git")),
  );
}

/** What is not the guide's: the packages lie here already, and nobody has signed the game's certificate. */
const surroundings = (): string => `
  git() { command git "$@" || return; [ "$1" != clone ] || { ln -s ${root}/node_modules portcade/; echo node_modules >>portcade/.git/info/exclude; }; }
  curl() { command curl --cacert ${join(machine.root, authority)} "$@"; }`;

/** Types lines on the computer; it stops at the first that fails. */
function type(folder: string, ...blocks: string[]): Promise<Outcome> {
  const script = ["set -euo pipefail", surroundings(), ...blocks].join("\n");
  const at = `mount --bind "$1" ${home}; cd "$2"; exec bash -c "$3"`;
  const shell = ["bash", "-ec", at, "bash", join(dir, "home"), join(dir, "work", folder), script];
  const [command, args] = machine.inItsNetwork("unshare", "--mount", ...shell);
  return run(command, args, { env: { PATH: process.env["PATH"], HOME: home, LANG: "C.UTF-8" } });
}

/** The name of the one that the last deploy has made. */
const newestBackup = async (): Promise<string> =>
  (await machine.must("ls /var/lib/portcade/backups | grep before | tail -n 1")).trim();
const current = (): Promise<string> => machine.must("readlink /opt/portcade/current");

test("deploy to a VPS: from nothing to players", async () => {
  const { code, stdout, stderr } = await type("", ...blocksOf("deploy-to-a-vps.md"));
  expect({ code, stderr }).toMatchObject({ code: 0 });
  for (const seen of [`This machine is ready for Portcade at ${name}.`, "EXPORT_ALL_DONE", "DEPLOY_DONE"])
    expect(stdout).toContain(seen);
  expect(stdout).toMatch(/\n200\n$/);
  const files = { authority: join(machine.root, authority), packs: join(dir, "packs") };
  await using players = await Players.enter({ machine, master: `wss://${name}/`, walking: 2, ...files });
  expect((await players.met()).state).toEqual(["in-world", "in-world"]);
});

test("upgrade and roll back, to the version before and to its data", async () => {
  const settings = blocksOf("deploy-to-a-vps.md").filter((block) => block.startsWith("export "));
  const [deploy = "", bump = "", world = "", back = "", list = "", restore = "", alone = ""] =
    blocksOf("upgrade-and-roll-back.md");
  const first = await current();
  const newer = await type("portcade", ...settings, bump, deploy, world);
  expect(newer).toMatchObject({ code: 0, stdout: expect.stringContaining("DEPLOY_DONE") });
  expect(await current()).not.toBe(first);
  expect(await type("portcade", back)).toMatchObject({ code: 0 });
  expect(await current()).toBe(first);
  const listed = await type("portcade", list);
  const backup = await newestBackup();
  expect(listed.stdout).toContain(backup);
  expect(await type("portcade", back, restore.replace("<backup>", backup))).toMatchObject({ code: 0 });
  expect(await current()).toBe(first);
  expect(await type("portcade", alone.replace("<backup>", backup))).toMatchObject({ code: 0 });
  expect(await machine.must("curl -sf http://127.0.0.1:19080/readyz")).toBe("ready\n");
});

test("when something breaks: where to look, and a copy of a backup that is put back", async () => {
  const [look = "", keep = "", bring = ""] = blocksOf("when-something-breaks.md");
  const { code, stdout } = await type("", look);
  expect(code).toBe(0);
  expect(stdout).toMatch(/active \(running\)[^]*"event":"master\.open"[^]*\nhub +/);
  const backup = await newestBackup();
  const put = (block: string): string => block.replaceAll("<backup>", backup);
  expect(await type("", put(keep))).toMatchObject({ code: 0 });
  await machine.must(`rm -r /var/lib/portcade/backups/${backup}`);
  expect(await type("", put(bring))).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("RESTORE_DONE"),
  });
  expect(await machine.must("curl -sf http://127.0.0.1:19080/readyz")).toBe("ready\n");
});
