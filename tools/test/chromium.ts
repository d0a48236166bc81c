import { findProgram } from "./system-program.ts";

/** The browser for the tests. */
export function findChromium(): { path: string } | { advice: string } {
  return findProgram({
    title: "Chromium",
    variable: "PORTCADE_CHROMIUM",
    places: [
      "/usr/bin/chromium-headless-shell",
      "/usr/bin/chromium",
      "/usr/bin/google-chrome",
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
      "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
      "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
    ],
    debianPackage: "chromium-headless-shell",
  });
}
