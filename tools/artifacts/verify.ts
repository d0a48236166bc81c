import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { visible } from "#adapters/log/escape.ts";
import { Artifacts } from "./artifacts.ts";
import { breaches, rules } from "./rules.ts";
import type { RuleName } from "./rules.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const usage = "npm run verify:artifacts -- [--dir builds]";
/** Of one rule; a fault in a build tends to show in every file. */
const shownMost = 10;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { dir: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) console.log(usage);
  if (values.help) return 0;
  const artifacts = new Artifacts({
    dir: resolve(values.dir ?? resolve(root, "builds")),
    root: resolve(root),
  });
  let broken = 0;
  for (const name of Object.keys(rules) as RuleName[]) {
    const found = await breaches(name, artifacts);
    console.log(`${found.length === 0 ? "ok     " : "broken "} ${name}: ${rules[name].says}`);
    for (const line of found.slice(0, shownMost)) console.log(`        ${visible(line)}`);
    if (found.length > shownMost) console.log(`        and ${found.length - shownMost} more`);
    if (found.length > 0) broken++;
  }
  if (broken > 0) console.log(`VERIFY_EXPORT_ARTIFACTS_FAIL rules=${broken} dir=${artifacts.dir}`);
  else console.log(`VERIFY_EXPORT_ARTIFACTS_DONE rules=${Object.keys(rules).length} dir=${artifacts.dir}`);
  return broken === 0 ? 0 : 1;
}

process.exitCode = await main();
