import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeIfChanged } from "#tools/worlds/output.ts";
import { artwork } from "./artwork.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const isCheck = process.argv.includes("--check");

/** `node tools/art/art.ts` draws everything; `--check` only says what would differ. */
for (const [path, bytes] of artwork()) {
  const file = join(root, path);
  if (!isCheck) {
    if (writeIfChanged(file, bytes)) console.log(`drew ${path}`);
  } else if (!readFileSync(file).equals(bytes)) {
    console.error(`${path} differs from what tools/art draws`);
    process.exitCode = 1;
  }
}
