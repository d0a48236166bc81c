import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "./testing/run.ts";

const units = fileURLToPath(new URL("units/", import.meta.url));
const names = readdirSync(units);
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "portcade-units-"));
  // Of the systemd that judges: another one's units may have keys that it does not know.
  cpSync("/lib/systemd/system", join(root, "lib/systemd/system"), { recursive: true });
  for (const program of ["opt/portcade/current/server/portcade", "opt/portcade/bin/world-launch"]) {
    mkdirSync(join(root, program, ".."), { recursive: true });
    writeFileSync(join(root, program), "", { mode: 0o755 });
  }
  cpSync(units, join(root, "etc/systemd/system"), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true }));

const verify = (name: string) =>
  run("systemd-analyze", ["verify", `--root=${root}`, join(root, "etc/systemd/system", name)]);

test.each(names)("%s is what systemd understands", async (name) => {
  expect(await verify(name)).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("shellcheck finds nothing in the scripts", async () => {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const scripts = readdirSync(folder).filter((name) => name.endsWith(".sh"));
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const paths = scripts.map((name) => join("tools/deploy", name));
  expect(await run("shellcheck", ["-x", ...paths], { cwd: root })).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
});

test("a key that systemd does not know would be noticed", async () => {
  writeFileSync(
    join(root, "etc/systemd/system/planted.service"),
    "[Service]\nExecStart=/bin/true\nRestrt=always\n",
  );
  expect((await verify("planted.service")).stderr).toContain("Restrt");
});

test.each(names.filter((name) => name.endsWith(".service")))("%s is exposed to 2.0 at most", async (name) => {
  const options = ["--offline=true", "--threshold=20", "--no-pager"];
  const { code, stdout } = await run("systemd-analyze", ["security", ...options, join(units, name)]);
  expect(stdout).toContain("Overall exposure level");
  expect(code).toBe(0);
});

test("a unit that is more exposed would be noticed", async () => {
  const bare = join(root, "bare.service");
  writeFileSync(bare, "[Service]\nExecStart=/bin/true\n");
  const { code } = await run("systemd-analyze", [
    "security",
    "--offline=true",
    "--threshold=20",
    "--no-pager",
    bare,
  ]);
  expect(code).toBe(1);
});
