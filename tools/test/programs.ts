import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The script behind a package's command, so that it runs with this very Node and no shell. */
export function program(name: string, command = name): string {
  const folder = join(root, "node_modules", name);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    bin: Record<string, string>;
  };
  const script = bin[command];
  if (!script) throw new Error(`${name} has no command ${command}`);
  return join(folder, script);
}
