import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Step } from "./steps.ts";

const stampsFile = (root: string): string => join(root, "builds", ".stamps", "steps.json");

/** A digest over the paths, sizes and times of a step's inputs: cheap enough to take at every start. */
export function digestOf(step: Step, root: string): string {
  const digest = createHash("sha256").update(JSON.stringify(step));
  for (const name of step.environment ?? []) digest.update(`${name}=${process.env[name] ?? ""}\0`);
  for (const path of step.inputs.flatMap((input) => filesUnder(input, root))) {
    const { size, mtimeMs } = statSync(join(root, path));
    digest.update(`${path}\0${size}\0${mtimeMs}\0`);
  }
  return digest.digest("hex");
}

export function isFresh(step: Step, digest: string, root: string): boolean {
  return (
    readStamps(root)[step.name] === digest &&
    step.outputs.every((output) => existsSync(resolve(root, output)))
  );
}

export function stampFresh(step: Step, digest: string, root: string): void {
  const file = stampsFile(root);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...readStamps(root), [step.name]: digest }, null, 2)}\n`);
}

/** Stamps that cannot be read only mean more work. */
function readStamps(root: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(readFileSync(stampsFile(root), "utf8")) as Record<string, string>;
  } catch {
    return {};
  }
}

function filesUnder(input: string, root: string): string[] {
  const stat = statSync(join(root, input), { throwIfNoEntry: false });
  if (!stat) return [];
  if (stat.isFile()) return [input];
  return readdirSync(join(root, input))
    .filter((name) => !/\.(test|spec)\.ts$|^\./.test(name))
    .sort()
    .flatMap((name) => filesUnder(`${input}/${name}`, root));
}
