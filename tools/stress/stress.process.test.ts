import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestMasters } from "#roles/testing-masters.ts";

const program = fileURLToPath(new URL("stress.ts", import.meta.url));
const masters = new TestMasters();

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-stress-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

interface Stressed {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly figures: {
    readonly by_phase: readonly { phase: string; count: number; example: string }[];
  } & Record<string, unknown>;
}

async function stress(url: string, ...args: readonly string[]): Promise<Stressed> {
  const json = join(dir, "figures.json");
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", program, "--url", url, "--gap", "50", "--json", json, ...args],
    { env: { PATH: process.env["PATH"] }, stdio: ["ignore", "pipe", "inherit"] },
  );
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const [code] = await once(child, "close");
  const figures = JSON.parse(readFileSync(json, "utf8")) as Stressed["figures"];
  return { code: code as number | null, lines, figures };
}

test("players who can do everything: passed, with figures", async () => {
  const master = await masters.start();
  const { code, lines, figures } = await stress(master.url, "--clients", "2", "--seconds", "3");
  expect(figures.by_phase).toEqual([]);
  expect(figures).toMatchObject({ passed: true, clients: 2, failures: 0 });
  expect(figures["journeys"]).toBeGreaterThanOrEqual(2);
  expect(lines.at(-1)).toMatch(/^HOSTED_STRESS_PASS clients=2 browsers=0 journeys=[0-9]+ /);
  expect(code).toBe(0);
});

describe("what fails is told by phase:", () => {
  const only = ({ code, figures, lines }: Stressed): string => {
    expect(code).toBe(2);
    expect(lines.at(-1)).toMatch(/^HOSTED_STRESS_FAIL /);
    return figures.by_phase.map(({ phase, count, example }) => `${phase} ${count} ${example}`).join("\n");
  };

  test("nobody is there", async () => {
    const master = await masters.start();
    await master.stop();
    expect(only(await stress(master.url, "--clients", "2", "--seconds", "0"))).toMatch(/^page 2 client 1: /);
  });

  test("a page that is hosted elsewhere is there, and the master is not", async () => {
    const [page, gone] = [await masters.start(), await masters.start()];
    await gone.stop();
    const where = ["--page", page.url.replace("ws", "http"), "--patience", "1"];
    expect(only(await stress(gone.url, "--clients", "1", "--seconds", "0", ...where))).toMatch(
      /^connect 1 client 1: /,
    );
  });

  test("a master that is full refuses", async () => {
    const master = await masters.start({ PORTCADE_LIMIT_PLAYERS_TOTAL: "1" });
    const failed = only(await stress(master.url, "--clients", "2", "--seconds", "2"));
    expect(failed).toBe("hello 1 client 2: server_full");
  });

  test("a world crashes under the player", async () => {
    const master = await masters.start({ PORTCADE_LIMIT_SAVE_MS: "100" });
    const stressed = stress(master.url, "--clients", "1", "--seconds", "4", "--patience", "5");
    await master.until(({ input }) => input === "saved");
    process.kill(master.pidOf("hub"), "SIGKILL");
    expect(only(await stressed)).toMatch(/^stay 1 client 1: \w+ was lost: crashed$/m);
  });

  describe("packs that are hosted elsewhere:", () => {
    let host: Server;
    beforeEach(async () => {
      host = createServer((_, answer) => {
        answer.writeHead(404, { "access-control-allow-origin": "*" }).end();
      });
      await once(host.listen(0, "127.0.0.1"), "listening");
    });
    afterEach(() => host.close());

    test("there are none", async () => {
      const { port } = host.address() as AddressInfo;
      const master = await masters.start({ PORTCADE_WORLD_PACK_BASE_URL: `http://127.0.0.1:${port}` });
      const failed = only(await stress(master.url, "--clients", "1", "--seconds", "0", "--patience", "20"));
      expect(failed).toMatch(/^pack 1 client 1: pack: /);
    });
  });
});
