import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
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
    const where = ["--page", page.url.replace("ws", "http"), "--patience", "5"];
    expect(only(await stress(gone.url, "--clients", "1", "--seconds", "0", ...where))).toMatch(
      /^connect 1 client 1: /,
    );
  });

  test("a master that is full refuses", async () => {
    const master = await masters.start({ PORTCADE_LIMIT_PLAYERS_TOTAL: "1" });
    await master.player();
    const failed = only(await stress(master.url, "--clients", "1", "--seconds", "0"));
    expect(failed).toBe("hello 1 client 1: server_full");
  });

  test("a browser is refused, which a full master says after its hello", async () => {
    const master = await masters.start({ PORTCADE_LIMIT_PLAYERS_TOTAL: "1" });
    await master.player();
    const one = ["--clients", "0", "--browsers", "1", "--seconds", "0"];
    expect(only(await stress(master.url, ...one))).toMatch(/^hello 1 browser 1: .* message=server_full$/);
  });

  test("a world crashes under the player", async () => {
    const master = await masters.start({ PORTCADE_LIMIT_SAVE_MS: "100" });
    const stressed = stress(master.url, "--clients", "1", "--seconds", "4", "--patience", "5");
    await master.until(({ input }) => input === "saved");
    process.kill(master.pidOf("hub"), "SIGKILL");
    expect(only(await stressed)).toMatch(/^stay 1 client 1: \w+ was lost: crashed$/m);
  });

  test("there are no packs, neither where they are hosted nor at the master", async () => {
    const nowhere = await listening(createServer((_, answer) => answer.writeHead(404).end()));
    const master = await masters.start({ PORTCADE_WORLD_PACK_BASE_URL: nowhere.url });
    const front = await listening(withoutPacks(master.port));
    const url = front.url.replace("http", "ws");
    const failed = only(await stress(url, "--clients", "1", "--seconds", "0", "--patience", "20"));
    expect(failed).toMatch(/^pack 1 client 1: pack: /);
    const seen = only(await stress(url, "--clients", "0", "--browsers", "1", "--seconds", "0"));
    expect(seen).toMatch(/^pack 1 browser 1: WORLD_PACK_FAILED /);
    for (const { server } of [nowhere, front]) {
      server.closeAllConnections();
      server.close();
    }
  });
});

async function listening(server: Server): Promise<{ server: Server; url: string }> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Leads to the master, and has lost the way to its packs. */
function withoutPacks(port: number): Server {
  const server = createServer((asked, answer) => {
    if (asked.url?.startsWith("/world_packs/")) return answer.writeHead(404).end();
    const { url, method, headers } = asked;
    const onward = request({ port, path: url, method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    return onward.on("error", () => answer.destroy()).end();
  });
  server.on("upgrade", (asked, socket) => {
    const onward = connect(port, "127.0.0.1", () => {
      const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      onward.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket])
      end.on("error", () => [onward, socket].forEach((one) => one.destroy()));
  });
  return server;
}
