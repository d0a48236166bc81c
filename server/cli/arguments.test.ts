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
  [["version"], { name: "version" }],
  [["--help"], { name: "help" }],
])("%j is understood", (argv, command) => {
  expect(readCommand(argv)).toMatchObject(command);
});

test.each([
  [["strat"], /no command "strat"; commands: start, world, version, help/],
  [["start", "twice"], /start takes no "twice"/],
  [["world", "hub", "more"], /world takes no "more"/],
  [["--log-format", "xml"], /allowed: text, json/],
  [["--unknown"], /--unknown/],
])("%j is refused in one line", (argv, problem) => {
  const command = readCommand(argv);
  expect(command).toMatchObject({ name: "wrong", problem: expect.stringMatching(problem) as string });
  expect(command.name === "wrong" && command.problem).not.toContain("\n");
});

test("help names every exit code", () => {
  for (const { code, meaning } of Object.values(exitCodes))
    expect(help).toMatch(new RegExp(`^ +${code}  ${meaning}$`, "m"));
});
