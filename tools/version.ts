import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { appVersionPattern } from "#shared/version.ts";

const entry = /^export const appVersion = "([^"]*)";$/gm;

export class VersionUnclear extends Error {
  override readonly name = "VersionUnclear";
}

/** The version in the source of `shared/version.ts`. @throws VersionUnclear unless it is there exactly once */
export function readVersion(source: string): string {
  const found = [...source.matchAll(entry)];
  const version = found[0]?.[1] ?? "";
  if (found.length !== 1) throw new VersionUnclear(`expected one appVersion, found ${found.length}`);
  if (!appVersionPattern.test(version))
    throw new VersionUnclear(`${JSON.stringify(version)} is no MAJOR.MINOR`);
  return version;
}

/** The same source with another version. @throws VersionUnclear for one that is none */
export function withVersion(source: string, version: string): string {
  readVersion(source);
  const next = source.replace(entry, `export const appVersion = ${JSON.stringify(version)};`);
  readVersion(next);
  return next;
}

/** The next one: the minor has one digit, so 0.9 is followed by 1.0. */
export function bumpMinor(version: string): string {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return minor === 9 ? `${major + 1}.0` : `${major}.${minor + 1}`;
}

const usage = "node tools/version.ts [--print | --set MAJOR.MINOR | --bump-minor] [--file shared/version.ts]";

function main(): void {
  const { values } = parseArgs({
    options: {
      print: { type: "boolean" },
      set: { type: "string" },
      "bump-minor": { type: "boolean" },
      file: { type: "string", default: fileURLToPath(new URL("../shared/version.ts", import.meta.url)) },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return console.log(usage);
  const source = readFileSync(values.file, "utf8");
  const wanted = values.set ?? (values["bump-minor"] ? bumpMinor(readVersion(source)) : undefined);
  if (wanted !== undefined) writeFileSync(values.file, withVersion(source, wanted));
  console.log(wanted ?? readVersion(source));
}

if (import.meta.main)
  try {
    main();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 14;
  }
