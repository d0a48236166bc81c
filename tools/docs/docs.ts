import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { asyncapi } from "./asyncapi.ts";
import { errors } from "./errors.ts";
import { machinePage } from "./machines.ts";

/** Every generated page, by its path under `docs/`. */
export function pages(): ReadonlyMap<string, string> {
  return new Map([
    ["asyncapi.yaml", asyncapi()],
    ["generated/errors.md", errors()],
    ["generated/machines.md", machinePage()],
  ]);
}

export const docsFolder = fileURLToPath(new URL("../../docs/", import.meta.url));

if (import.meta.main) {
  await mkdir(`${docsFolder}generated`, { recursive: true });
  for (const [path, text] of pages()) await writeFile(docsFolder + path, text);
  console.log(`wrote ${[...pages().keys()].map((path) => `docs/${path}`).join(", ")}`);
}
