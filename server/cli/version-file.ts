import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { appVersionPattern } from "#shared/version.ts";

/** The source that the version stands in, and nothing else does. */
const entry = /^export const appVersion = "([^"]*)";$/gm;

/** The version cannot be read or changed, and why. */
export class VersionRefused extends Error {
  override readonly name = "VersionRefused";
}

/** The version in the source of `shared/version.ts`. @throws VersionRefused unless it is there exactly once */
export function readVersion(source: string): string {
  const found = [...source.matchAll(entry)];
  const version = found[0]?.[1] ?? "";
  if (found.length !== 1) throw new VersionRefused(`expected one appVersion, found ${found.length}`);
  if (!appVersionPattern.test(version))
    throw new VersionRefused(`${JSON.stringify(version)} is no MAJOR.MINOR with a minor of one digit`);
  return version;
}

/** The same source with another version. @throws VersionRefused for one that is none */
export function withVersion(source: string, version: string): string {
  readVersion(source);
  const next = source.replace(entry, `export const appVersion = ${JSON.stringify(version)};`);
  readVersion(next);
  return next;
}

/** The next one: the minor has one digit, so 0.9 is followed by 1.0. */
export function nextVersion(version: string): string {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return minor === 9 ? `${major + 1}.0` : `${major}.${minor + 1}`;
}

/**
 * Changes the version where it is written.
 *
 * @param program the file that was started: of a checkout, for a release has no sources
 * @param to the version, or the next one when not given
 * @returns the version it has then
 * @throws VersionRefused, having changed nothing
 */
export function changeVersion(program: string, to?: string): string {
  if (!program.endsWith(".ts"))
    throw new VersionRefused("a release keeps the version it was built with; change it in a checkout");
  const file = join(program, "../../shared/version.ts");
  const source = readFileSync(file, "utf8");
  const version = to ?? nextVersion(readVersion(source));
  writeFileSync(file, withVersion(source, version));
  return version;
}
