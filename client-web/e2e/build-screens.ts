import { fileURLToPath } from "node:url";
import { build } from "vite";

/** Builds the page over test data, beside the real one, once before all browser tests. */
// oxlint-disable-next-line import/no-default-export -- Playwright calls it
export default async function buildScreens(): Promise<void> {
  const configFile = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
  await build({ configFile, mode: "fake", logLevel: "warn" });
}
