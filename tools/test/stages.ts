import { readFileSync } from "node:fs";
import { join } from "node:path";
import { playwrightCounts, vitestCounts } from "./counts.ts";
import type { Counts } from "./counts.ts";
import { program, root } from "./programs.ts";

/** One part of `npm test`: a Node script that succeeds, or that says in a report how many tests did. */
export interface Stage {
  readonly name: string;
  readonly command: readonly string[];
  /** Part of `npm run check`, which needs neither browser nor build. */
  readonly isQuick?: boolean;
  readonly needsBrowser?: boolean;
  readonly report?: { readonly file: string; readonly counts: (report: unknown) => Counts };
}

export const logs = join(root, ".logs", "test");

const stage = (name: string, ...command: string[]): Stage => ({ name, command, isQuick: true });

function vitest(name: string, project: string): Stage {
  const file = join(logs, `${project}.json`);
  const config = ["--config", "tools/config/vitest.config.ts", "--project", project];
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${file}`];
  return {
    name,
    command: [program("vitest"), "run", ...config, ...reporters],
    isQuick: project === "unit",
    report: { file, counts: vitestCounts },
  };
}

/** Smokes that play what was built instead of the checkout. */
const onBuilt = new Set(["smoke", "smoke:db", "smoke:web"]);

/** Every smoke of the manifest is a stage of its own. */
function smokes(): Stage[] {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  return Object.keys(scripts)
    .filter((name) => /^smoke(:|$)/.test(name))
    .map((name) => ({
      name,
      command: ["tools/run.mjs", name, ...(onBuilt.has(name) ? ["--built", "--skip-build"] : [])],
      needsBrowser: /web|ui/.test(name),
    }));
}

const deployReport = join(logs, "deploy.json");

/** What continuous integration runs besides: it needs root, on Debian. */
export const deployStage: Stage = {
  name: "deploy tests",
  command: [
    "tools/deploy/test.ts",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${deployReport}`,
  ],
  report: { file: deployReport, counts: vitestCounts },
};

/** What Playwright writes its report to is an environment variable of its own. */
export const browserReport = join(logs, "browser.json");

export function allStages(): Stage[] {
  return [
    stage("format", program("oxfmt"), "--check", "."),
    stage("lint", program("oxlint"), "--type-aware", "--deny-warnings"),
    stage("types", program("typescript", "tsc"), "-p", "tsconfig.json"),
    stage("pure types", program("typescript", "tsc"), "-p", "tools/config/tsconfig.pure.json"),
    stage("unused code", program("knip"), "--config", "tools/config/knip.json"),
    // Whatever history this clone has: what is built here is for no player, so nobody has an earlier pack.
    { name: "build", command: ["tools/run.mjs", "build", "--previous", "tools/test/no-packs.json"] },
    { name: "verify artifacts", command: ["tools/run.mjs", "verify:artifacts"] },
    vitest("unit tests", "unit"),
    vitest("simulation", "sim"),
    vitest("process tests", "process"),
    { name: "chaos", command: ["tools/run.mjs", "chaos", "--short"] },
    {
      name: "browser tests",
      command: [
        program("playwright"),
        "test",
        "-c",
        "tools/config/playwright.config.ts",
        "--reporter=list,json",
      ],
      needsBrowser: true,
      report: { file: browserReport, counts: playwrightCounts },
    },
    ...smokes(),
  ];
}
