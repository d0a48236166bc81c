import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "playwright/test";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const browsers = [
  process.env["PORTCADE_CHROMIUM"] ?? "",
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];
const found = browsers.find((path) => path !== "" && existsSync(path));

export default defineConfig({
  testDir: here("../../client-web/e2e"),
  outputDir: here("../../test-results"),
  globalSetup: here("../../client-web/e2e/build-screens.ts"),
  workers: 1,
  // From its redeem on a journey may take 14 s by its own deadline, and a walk and a pack come before that.
  expect: { timeout: 30_000 },
  timeout: 120_000,
  forbidOnly: process.env["CI"] === "true",
  reporter: [["list"]],
  use: {
    viewport: { width: 1280, height: 800 },
    trace: "retain-on-failure",
    launchOptions: {
      // Without one of these, Playwright looks for a browser of its own.
      ...(found !== undefined && { executablePath: found }),
      chromiumSandbox: false,
      args: [
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--font-render-hinting=none",
      ],
    },
  },
});
