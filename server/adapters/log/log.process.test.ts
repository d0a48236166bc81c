import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

/** Writes many lines, then does `ending`. */
const program = (ending: string): string => `
  const { MasterLog } = await import(${JSON.stringify(new URL("log.ts", import.meta.url).href)});
  const log = new MasterLog({ format: "text", level: "info", urlOf: () => "" });
  for (let n = 0; n < 5000; n += 1) log.report("store.opened", { path: String(n) });
  ${ending}
`;

const run = (ending: string): ReturnType<typeof spawn> =>
  spawn(process.execPath, ["--input-type=module", "-e", program(ending)], {
    stdio: ["ignore", "pipe", "inherit"],
  });

test.each(["process.exit(0);", "await log[Symbol.asyncDispose](); process.exit(0);"])(
  "every line written before the end (%s) reaches its reader, once and in order",
  async (ending) => {
    const output = await text(run(ending).stdout as NodeJS.ReadableStream);
    const lines = output.trimEnd().split("\n");
    const paths = lines.map((line) => Number(/path=(\d+)$/.exec(line)?.[1]));
    expect(paths).toEqual(Array.from({ length: 5000 }, (_, n) => n));
  },
);

test.each(["process.exit(0);", "await log[Symbol.asyncDispose](); process.exit(0);"])(
  "a reader that goes away does not hold up the end (%s)",
  async (ending) => {
    const child = run(ending);
    child.stdout?.destroy();
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(0);
  },
);
