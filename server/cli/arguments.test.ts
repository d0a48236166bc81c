import { expect, test } from "vitest";
import { readCommand } from "./arguments.ts";
import { exitCodes } from "./exit-codes.ts";
import { help } from "./help.ts";

test.each([
  [[], { name: "start", keepWorlds: false }],
  [
    ["start", "--keep-worlds", "--log-format", "text"],
    { name: "start", keepWorlds: true, logFormat: "text" },
  ],
  [["world", "hub"], { name: "world", key: "hub" }],
  [["world"], { name: "world", key: undefined }],
  [["world", "list", "--json"], { name: "order", order: { type: "world.list" }, isJson: true }],
  [
    ["world", "upgrade", "hub", "--notice", "5m"],
    { name: "order", order: { type: "world.upgrade", world: "hub", noticeMs: 300_000 }, isJson: false },
  ],
  [
    ["world", "drain", "hub", "--to", "left_world", "--notice", "90s"],
    { order: { type: "world.drain", world: "hub", to: "left_world", noticeMs: 90_000 } },
  ],
  [["world", "drain", "hub"], { order: { type: "world.drain", world: "hub", noticeMs: undefined } }],
  [["backup"], { name: "backup", act: "ask", kind: "asked", isJson: false }],
  [["backup", "--before-deploy", "--to", "copies/1"], { act: "ask", kind: "before-deploy", to: "copies/1" }],
  [["backup", "list", "--json"], { name: "backup", act: "list", isJson: true }],
  [["backup", "make", "--kind", "hourly"], { name: "backup", act: "make", kind: "hourly" }],
  [["restore", "20260101T000000Z-asked"], { name: "restore", backup: "20260101T000000Z-asked" }],
  [["restore", "copies/1", "--data-dir", "data"], { backup: "copies/1", dataDir: "data" }],
  [["backup", "list", "--help"], { name: "help", topic: "backup list" }],
  [["restore", "-h"], { name: "help", topic: "restore" }],
  [["version"], { name: "version", change: undefined }],
  [["version", "--set", "10.4"], { name: "version", change: { to: "10.4" } }],
  [["version", "--bump"], { name: "version", change: { to: undefined } }],
  [["--help"], { name: "help", topic: undefined }],
  [["help"], { name: "help", topic: undefined }],
  [["world", "upgrade", "hub", "-h"], { name: "help", topic: "world upgrade" }],
  [["help", "world", "list"], { name: "help", topic: "world list" }],
  [["world", "hub", "--help"], { name: "help", topic: "world" }],
  [["start", "--help"], { name: "help", topic: "start" }],
])("%j is understood", (argv, command) => {
  expect(readCommand(argv)).toMatchObject(command);
});

test.each([
  [["backup", "a"], /backup takes no "a"; --to names the folder to make/],
  [["backup", "list", "a"], /backup list takes no "a"/],
  [["backup", "list", "--to", "a"], /backup list takes no --to/],
  [["backup", "--kind", "hourly"], /backup takes no --kind/],
  [["backup", "make", "--kind", "daily"], /--kind is "daily"; allowed: hourly, before-deploy, asked/],
  [["backup", "--data-dir", "a"], /backup takes no --data-dir/],
  [["restore"], /restore needs a backup; see portcade backup list/],
  [["restore", "a", "b"], /restore takes no "b"/],
  [["restore", "a", "--json"], /restore takes no --json/],
  [["help", "upgrade"], /no command "upgrade"/],
  [["strat"], /no command "strat"; commands: start, world, backup, restore, caddyfile, version, help/],
  [["start", "twice"], /start takes no "twice"/],
  [["world", "hub", "more"], /world takes no "more"/],
  [["--log-format", "xml"], /allowed: text, json/],
  [["--unknown"], /--unknown/],
  [["start", "--json"], /start takes no --json/],
  [["start", "--bump"], /start takes no --bump/],
  [["version", "--json"], /version takes no --json/],
  [["version", "--set", "1.10"], /--set is "1.10"; allowed: MAJOR.MINOR, the minor from 0 to 9/],
  [["version", "--set", "v1.0"], /--set is "v1.0"/],
  [["version", "--set", "1.0", "--bump"], /either --set or --bump/],
  [["version", "1.0"], /version takes no "1.0"/],
  [["world", "hub", "--notice", "5m"], /world takes no --notice/],
])("%j is refused in one line", (argv, problem) => {
  const command = readCommand(argv);
  expect(command).toMatchObject({ name: "wrong", problem: expect.stringMatching(problem) as string });
  expect(command).toMatchObject({ problem: expect.not.stringContaining("\n") as string, isOrder: false });
});

test.each([
  [["world", "upgrade"], /needs the key of a world/],
  [["world", "upgrade", "hub", "caves"], /world upgrade takes no "caves"/],
  [["world", "upgrade", "Hub"], /"Hub" is no world key/],
  [["world", "upgrade", "hub", "--to", "caves"], /world upgrade takes no --to/],
  [["world", "drain", "hub", "--to", "-"], /"-" is no world key/],
  [["world", "drain", "hub", "--notice", "soon"], /--notice is "soon"/],
  [["world", "drain", "hub", "--notice", "0m"], /--notice is "0m"/],
  [["world", "drain", "hub", "--soon"], /--soon/],
  [["world", "drain", "hub", "--notice", "-5m"], /--notice' argument is ambiguous$/],
  [["world", "list", "hub"], /world list takes no "hub"/],
  [["world", "list", "--notice", "5m"], /world list takes no --notice/],
])("%j is refused as an order", (argv, problem) => {
  const command = readCommand(argv);
  expect(command).toMatchObject({ problem: expect.stringMatching(problem) as string, isOrder: true });
  expect(command).toMatchObject({ topic: argv.slice(0, 2).join(" ") });
});

test("help names every exit code", () => {
  for (const { code, meaning } of Object.values(exitCodes))
    expect(help).toMatch(new RegExp(`^ +${code}  ${meaning}$`, "m"));
});
