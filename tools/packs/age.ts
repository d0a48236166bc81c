import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

/**
 * When inputs last changed, in Unix seconds: the newest commit that touched them, or, when they differ
 * from what is committed or there is no history, the newest modification of a file.
 */
export async function changedAt(paths: readonly string[], cwd: string): Promise<number> {
  return (await committedAt(paths, cwd)) ?? Math.max(1, ...paths.map(modifiedAt));
}

async function committedAt(paths: readonly string[], cwd: string): Promise<number | undefined> {
  const status = await execa("git", ["status", "--porcelain", "--", ...paths], { cwd, reject: false });
  if (status.exitCode !== 0 || status.stdout !== "") return undefined;
  const log = await execa("git", ["log", "-1", "--format=%ct", "--", ...paths], { cwd, reject: false });
  return log.exitCode === 0 && log.stdout !== "" ? Number(log.stdout) : undefined;
}

function modifiedAt(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return Math.floor(stat.mtimeMs / 1000);
  return Math.max(0, ...readdirSync(path).map((name) => modifiedAt(join(path, name))));
}
