import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sim = ["server/sim/**/*.test.ts"];
const processes = ["**/*.process.test.ts"];
/** They need a machine of their own, and root for it: `npm run test:deploy`. */
const deploys = ["tools/{deploy,release}/**/*.deploy.test.ts"];

export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: "unit",
          // For machines under load; no test measures time.
          testTimeout: 30_000,
          include: ["{shared,server,client-web,worlds,tools}/**/*.test.ts"],
          exclude: [...sim, ...processes, ...deploys, "**/node_modules/**"],
        },
      },
      {
        root,
        // Each file keeps every core busy by itself.
        test: { name: "sim", include: sim, testTimeout: 300_000, fileParallelism: false },
      },
      {
        root,
        test: {
          name: "process",
          include: processes,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        root,
        test: {
          name: "deploy",
          include: deploys,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // They wait for machines more than for a processor.
          maxWorkers: 2,
        },
      },
    ],
  },
});
