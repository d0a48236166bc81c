import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { program, root } from "./test/programs.ts";

/** A small repository with this one's configuration, in which faults are planted: a guard that cannot fail is none. */
const copy = mkdtempSync(join(tmpdir(), "portcade-guards-"));
const configuration = [
  ".oxlintrc.json",
  ".oxfmtrc.json",
  ".gitignore",
  "tsconfig.json",
  "package.json",
  "tools/config",
];
const sound: Readonly<Record<string, string>> = {
  "shared/limit.ts": "export const limit = 1;\n",
  "server/main.ts": 'import { limit } from "#shared/limit.ts";\n\nconsole.log(limit);\n',
};

beforeEach(() => {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  for (const path of configuration) cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
  plant(sound);
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function plant(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), content);
  }
}

function run(...command: string[]): { failed: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: copy, encoding: "utf8" });
  return { failed: status !== 0, output: stdout + stderr };
}

const lint = (): ReturnType<typeof run> => run(program("oxlint"), "--type-aware", "--deny-warnings");
const format = (): ReturnType<typeof run> => run(program("oxfmt"), "--check", "server", "shared");
const types = (config: string): ReturnType<typeof run> => run(program("typescript", "tsc"), "-p", config);
const unused = (): ReturnType<typeof run> =>
  run(
    program("knip"),
    "--config",
    "tools/config/knip.json",
    "--no-config-hints",
    "--include",
    "files,exports",
  );

const lines = (count: number, line: string): string => `${line}\n`.repeat(count);
const branches = Array.from({ length: 16 }, (_, n) => `if (x === ${n}) return ${n};`).join(" ");

/** Each in a file of its own, so that one run shows that every rule bites. */
const violations: readonly (readonly [rule: string, path: string, content: string])[] = [
  ["max-lines", "server/long.ts", lines(301, "console.log(1);")],
  [
    "max-lines-per-function",
    "server/long-function.ts",
    `export function f(): void {\n${lines(70, "console.log(1);")}}\n`,
  ],
  ["complexity", "server/complex.ts", `export function f(x: number): number { ${branches} return -1; }\n`],
  ["no-explicit-any", "server/any.ts", "export const a: any = 1;\n"],
  ["no-floating-promises", "server/floating.ts", "Promise.resolve(1);\n"],
  [
    "switch-exhaustiveness-check",
    "server/switch.ts",
    'export function f(x: "a" | "b"): void {\n  switch (x) {\n    case "a":\n      console.log(x);\n  }\n}\n',
  ],
  ["no-default-export", "server/default.ts", "export default 1;\n"],
  ["no-cycle", "server/a.ts", 'import { b } from "./b.ts";\nexport const a = (): number => b();\n'],
  ["no-cycle", "server/b.ts", 'import { a } from "./a.ts";\nexport const b = (): number => a();\n'],
  ["no-restricted-imports", "server/core/node.ts", 'import { join } from "node:path";\nconsole.log(join);\n'],
  ["no-restricted-imports", "shared/up.ts", 'import { x } from "#adapters/x.ts";\nexport const y = x;\n'],
  [
    "no-restricted-imports",
    "server/engine/up.ts",
    'import { x } from "#adapters/x.ts";\nexport const y = x;\n',
  ],
  [
    "no-restricted-globals",
    "server/core/timer.ts",
    "export const a = (): unknown => setTimeout(() => {}, 1);\n",
  ],
  ["no-restricted-properties", "server/core/clock.ts", "export const a = (): number => Date.now();\n"],
  ["no-restricted-properties", "shared/luck.ts", "export const a = (): number => Math.random();\n"],
];

test("the guards let sound code pass", () => {
  for (const guard of [
    lint,
    format,
    () => types("tsconfig.json"),
    () => types("tools/config/tsconfig.pure.json"),
    unused,
  ])
    expect(guard()).toMatchObject({ failed: false });
});

test("the lint refuses a breach of each of its rules", () => {
  plant(Object.fromEntries(violations.map(([, path, content]) => [path, content])));
  const { failed, output } = run(program("oxlint"), "--type-aware", "--format=json");
  const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] };
  const found = diagnostics.map(({ code, filename }) => `${filename} ${/\((.*)\)/.exec(code)?.[1]}`);
  for (const [rule, path] of violations) expect(found).toContain(`${path} ${rule}`);
  expect(failed).toBe(true);
});

test("the formatter refuses what it would write otherwise", () => {
  plant({ "server/a.ts": "export const  a = 'x'\n" });
  expect(format()).toMatchObject({ failed: true, output: expect.stringContaining("server/a.ts") });
});

test("the types refuse what is not checked before it is used, and what cannot be stripped", () => {
  plant({ "server/a.ts": "export const a = ([] as string[])[0].length;\nexport enum B {}\n" });
  const { failed, output } = types("tsconfig.json");
  expect(failed).toBe(true);
  expect(output).toContain("TS2532");
  expect(output).toContain("TS1294");
});

test("pure code knows neither timers nor processes nor the network", () => {
  plant({ "server/core/a.ts": "setTimeout(() => {}, 1);\nprocess.exit();\nvoid fetch('x');\n" });
  const { failed, output } = types("tools/config/tsconfig.pure.json");
  expect(failed).toBe(true);
  for (const name of ["setTimeout", "process", "fetch"]) expect(output).toContain(`'${name}'`);
});

test("a file and an export that nobody uses are found", () => {
  plant({
    "shared/lonely.ts": "export const a = 1;\n",
    "shared/limit.ts": "export const limit = 1;\nexport const most = 2;\n",
  });
  const { failed, output } = unused();
  expect(failed).toBe(true);
  expect(output).toContain("shared/lonely.ts");
  expect(output).toContain("most");
});
