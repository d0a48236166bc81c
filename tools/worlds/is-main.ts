import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** Whether this module is what Node was asked to run, rather than one that is imported. */
export function isMain(url: string): boolean {
  const started = process.argv[1];
  return started !== undefined && url === pathToFileURL(realpathSync(started)).href;
}
