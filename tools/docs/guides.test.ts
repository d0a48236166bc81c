import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { readCommand } from "#server/cli/arguments.ts";
import { limitOfSetting } from "#server/config/limit-settings.ts";
import { settings } from "#server/config/settings.ts";
import { root } from "#tools/test/programs.ts";
import { docsFolder } from "./docs.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const pages = ["README.md", ...globSync("docs/**/*.md", { cwd: root })];
const guides = pages.filter((path) => path.startsWith("docs/guides/"));
const manifest = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

/** What is to be typed: blocks of code, and code within a line. */
function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(/^ *```\w*\n(.*?)^ *```/gms)].flatMap(([, code = ""]) => code.split("\n"));
  const plain = text.replace(/^ *```.*?^ *```/gms, "");
  return [...blocks, ...[...plain.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code)];
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): Set<string> {
  const plain = text.replace(/^ *```.*?^ *```/gms, "");
  return new Set(
    [...plain.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-"),
    ),
  );
}

/** The commands of a name, each as far as the end of its own words. */
function callsOf(name: string, text: string): string[] {
  const call = new RegExp(`(?:^|[\\s(;])${name} ([^#;|>)]*)`);
  return codeOf(text)
    .filter((line) => !/systemctl|journalctl/.test(line))
    .flatMap((line) => call.exec(line.replaceAll(/<[a-z]+>/g, "x"))?.[1]?.trim() || []);
}

test.each(pages)("%s leads to pages and headings that exist", (path) => {
  for (const [, to = ""] of read(path).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
    const [file = "", anchor] = to.split("#");
    const target = file === "" ? path : relative(root, join(root, dirname(path), file));
    expect(existsSync(join(root, target)), to).toBe(true);
    if (anchor !== undefined) expect([...anchorsOf(read(target))], to).toContain(anchor);
  }
});

test("the page of all pages leads to every guide", () => {
  const all = readFileSync(`${docsFolder}README.md`, "utf8");
  for (const path of guides) expect(all).toContain(`guides/${basename(path)}`);
  expect(guides.length).toBeGreaterThan(4);
});

describe.each(guides)("%s", (path) => {
  const text = read(path);

  test("names only settings that exist", () => {
    const elsewhere = `${read("tools/release/variables.ts")}${read("tools/deploy/compose.yaml")}`;
    for (const [, name = ""] of text.matchAll(/PORTCADE_([A-Z][A-Z_]*[A-Z])/g)) {
      const isKnown =
        Object.hasOwn(settings, name) ||
        limitOfSetting.has(name) ||
        new RegExp(`^ {2}${name}: "|PORTCADE_${name}\\b`, "m").test(elsewhere);
      expect(isKnown, name).toBe(true);
    }
  });

  test("runs only npm scripts, and steps of a release, that exist", () => {
    for (const [, name = "", step = ""] of text.matchAll(/npm run (?:-s )?([\w:-]+)(?: (\w[\w-]*))?/g)) {
      expect(Object.keys(manifest.scripts)).toContain(name);
      if (name === "release") expect(read("tools/release/release.ts")).toMatch(`\n  ${step}: {`);
    }
  });

  test("gives only orders that portcade understands", () => {
    const orders = [
      ...callsOf("portcade(?: portcade)?", text).filter((line) => /^[a-z]/.test(line)),
      ...callsOf("npm run portcade --", text),
    ];
    for (const order of orders) {
      const command = readCommand(order.replaceAll('"', "").split(" "));
      // `world <key>` alone would run one, which no guide wants.
      expect(["wrong", "world"], order).not.toContain(command.name);
    }
  });

  test("gives scripts only options that they have", () => {
    for (const name of ["bootstrap", "rollback"])
      for (const line of callsOf(`[\\w/]*${name}(?:\\.sh)?`, text))
        for (const [option] of line.matchAll(/--[\w-]+/g))
          expect(read(`tools/deploy/${name}.sh`)).toMatch(new RegExp(`${option}(?![\\w-])`));
  });

  test("names only files of the repository that are there", () => {
    for (const code of codeOf(text))
      for (const [file] of code.matchAll(
        /(?<![\w./-])(?:tools|docs|server|client-web|worlds|shared)\/[\w./-]+/g,
      ))
        expect(existsSync(join(root, file)), file).toBe(true);
  });
});

test("what people are told that they will read is said somewhere", () => {
  const bySsh = ["Host key verification failed", "Permission denied (publickey)"];
  const said = [...read("docs/guides/when-something-breaks.md").matchAll(/^\| [^|]*`([^`|]+)`[^|]* \|/gm)]
    .flatMap(([, words = ""]) => words.split(/…|PORTCADE_|pid|19080|\d of \d|cause=/))
    .map((words) => words.replaceAll(/^[ )]+|[ (:]+$/g, ""))
    .filter((words) => words.length > 3 && !bySsh.includes(words));
  expect(said.length).toBeGreaterThan(15);
  for (const words of said) {
    const where = ["*.ts", "*.sh", "Caddyfile", ":!*.test.ts"];
    const { status } = spawnSync("git", ["grep", "-qF", "-e", words, "--", ...where], { cwd: root });
    expect(status, words).toBe(0);
  }
});
