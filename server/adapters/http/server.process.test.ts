import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request as tlsRequest } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testCertificate } from "./testing.ts";
import { servedMark } from "./page-route.ts";
import { createHttp, type Http, type HttpOptions } from "./server.ts";

const mtime = 1_700_000_000;
const bytes = Buffer.from(Array.from({ length: 1000 }, (_, n) => n % 251));
const sha256 = "c".repeat(64);
let dir: string;
let http: Http;
let base: string;
let port: number;
let trouble: string | undefined;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "portcade-http-"));
  mkdirSync(join(dir, "web", "assets"), { recursive: true });
  writeFileSync(join(dir, "web", "index.html"), "<!doctype html><head><title>Portcade</title></head>");
  writeFileSync(join(dir, "web", "assets", "main-abc123.js"), "export {};");
  writeFileSync(join(dir, "web", ".hidden"), "x");
  writeFileSync(join(dir, "hub.zip"), bytes);
  utimesSync(join(dir, "hub.zip"), mtime, mtime);
  http = createHttp(options());
  http.server.on("upgrade", (_, socket) => socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\nraw"));
  port = await http.listen();
  base = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await http.close();
  rmSync(dir, { recursive: true });
});

function options(changes: Partial<HttpOptions> = {}): HttpOptions {
  return {
    port: 0,
    bindHost: "127.0.0.1",
    webDir: join(dir, "web"),
    packs: {
      text: '{"schema":1}',
      fileOf: (name) =>
        name === "hub.zip"
          ? { path: join(dir, name), size: bytes.length, mtime, sha256 }
          : name === "gone.zip"
            ? { path: join(dir, name), size: 5, mtime, sha256 }
            : undefined,
    },
    policy: {
      masterUrl: "ws://127.0.0.1:19080/",
      worldUrl: "ws://127.0.0.1:19081/",
      packBaseUrl: "http://127.0.0.1:19080/world_packs",
      hasWorldPorts: true,
    },
    maxConnections: 100,
    status: () => ({
      players: 2,
      worlds: { hub: 2 },
      details: { hub: { phase: "open" } },
      uptimeSeconds: 5,
      version: "0.1",
    }),
    notReady: () => trouble,
    metrics: async () => "portcade_players 2\n",
    ...changes,
  };
}

const get = (path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> =>
  fetch(base + path, { headers, method });

/** One request as raw text, for what `fetch` would not send. */
async function raw(text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (part: string) => (answer += part));
  socket.write(text);
  await once(socket, "close");
  return answer;
}

describe("the client", () => {
  test("is served with the policy, and is asked for anew each time", async () => {
    const answer = await get("/");
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("Portcade");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    expect(answer.headers.get("content-security-policy")).toContain(
      `connect-src 'self' ws://127.0.0.1:${port} `,
    );
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("knows from its page that a master serves it, and keeps what it has while that is the same", async () => {
    const answer = await get("/index.html");
    expect(await answer.text()).toContain(servedMark);
    const etag = answer.headers.get("etag") ?? "";
    const again = await fetch(`http://127.0.0.1:${port}/`, { headers: { "if-none-match": etag } });
    expect(again.status).toBe(304);
  });

  test("has assets that never change under their name", async () => {
    const answer = await get("/assets/main-abc123.js");
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(answer.headers.get("content-type")).toContain("javascript");
  });

  test.each(["/assets/", "/assets", "/nothing", "/.hidden", "/assets/..%2f..%2fhub.zip", "/world_packs/"])(
    "%s is nothing, said in plain words",
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(404);
      expect(answer.headers.get("content-type")).toContain("text/plain");
      expect(await answer.text()).toBe("There is nothing at this address.\n");
    },
  );

  test("that is not built says what to do", async () => {
    await using bare = createHttp(options({ webDir: join(dir, "none") }));
    const answer = await fetch(`http://127.0.0.1:${await bare.listen()}/`);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe("The client is not built yet: run npm start.\n");
  });
});

describe("a pack", () => {
  test("comes whole, uncompressed, with a strong ETag and the index's own time", async () => {
    const answer = await get("/world_packs/hub.zip", { "accept-encoding": "gzip, br" });
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      etag: `"${sha256}"`,
      "last-modified": new Date(mtime * 1000).toUTCString(),
      "content-length": "1000",
      "content-type": "application/zip",
      "accept-ranges": "bytes",
      "access-control-allow-origin": "*",
    });
    expect(answer.headers.has("content-encoding")).toBe(false);
  });

  test("comes in part, as far as it is still the same", async () => {
    const part = await get("/world_packs/hub.zip", { range: "bytes=100-199", "if-range": `"${sha256}"` });
    expect(part.status).toBe(206);
    expect(part.headers.get("content-range")).toBe("bytes 100-199/1000");
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100, 200))).toBe(true);

    const other = await get("/world_packs/hub.zip", { range: "bytes=100-199", "if-range": '"other"' });
    expect(other.status).toBe(200);
    expect((await other.arrayBuffer()).byteLength).toBe(1000);

    const beyond = await get("/world_packs/hub.zip", { range: "bytes=1000-" });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get("content-range")).toBe("bytes */1000");
  });

  test("is not sent again to who has it", async () => {
    const same = { "if-none-match": `W/"x", "${sha256}"` };
    expect((await get("/world_packs/hub.zip", same)).status).toBe(304);
    expect((await get("/world_packs/hub.zip", { "if-none-match": '"x"' })).status).toBe(200);
    expect(
      (await get("/world_packs/hub.zip", { "if-modified-since": new Date(mtime * 1000).toUTCString() }))
        .status,
    ).toBe(304);
    expect(
      (
        await get("/world_packs/hub.zip", {
          "if-modified-since": new Date(mtime * 1000 - 1000).toUTCString(),
        })
      ).status,
    ).toBe(200);
  });

  test("can be asked about without its bytes, and by any page beforehand", async () => {
    const head = await get("/world_packs/hub.zip", {}, "HEAD");
    expect(head.headers.get("content-length")).toBe("1000");
    expect((await head.arrayBuffer()).byteLength).toBe(0);
    const preflight = await get("/world_packs/hub.zip", {}, "OPTIONS");
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("If-Range");
  });

  test("that is not in the index is nothing; one that is just being replaced comes later", async () => {
    for (const name of ["caves.zip", "..%2fhub.zip", "%2e%2e/hub.zip"])
      expect((await get(`/world_packs/${name}`)).status).toBe(404);
    const gone = await get("/world_packs/gone.zip");
    expect(gone.status).toBe(503);
    expect(gone.headers.get("retry-after")).toBe("1");
    expect(await gone.text()).toContain("being replaced");
    expect(await (await get("/world_packs/index.json")).json()).toEqual({ schema: 1 });
  });
});

describe("health", () => {
  test("is ready until there is trouble", async () => {
    expect((await get("/healthz")).status).toBe(200);
    expect((await get("/readyz")).status).toBe(200);
    trouble = "saving is paused";
    const answer = await get("/readyz");
    expect([answer.status, await answer.text()]).toEqual([503, "saving is paused\n"]);
    trouble = undefined;
    expect((await get("/healthz")).status).toBe(200);
  });

  test("status and metrics are for this machine: through a proxy there is nothing", async () => {
    expect(await (await get("/status")).json()).toEqual({
      players: 2,
      worlds: { hub: 2 },
      details: { hub: { phase: "open" } },
      uptime: 5,
      version: "0.1",
    });
    expect(await (await get("/metrics")).text()).toBe("portcade_players 2\n");
    for (const path of ["/status", "/metrics"]) {
      const answer = await get(path, { "x-forwarded-for": "9.9.9.9" });
      expect([answer.status, await answer.text()]).toEqual([404, "There is nothing at this address.\n"]);
    }
  });
});

describe("the port", () => {
  test("hands upgrades to whoever listens for them", async () => {
    const answer = await raw(
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    expect(answer).toContain("raw");
  });

  test.each([
    ["a header larger than 8 KiB", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(9000)}\r\n\r\n`, "431"],
    [
      "a body, which nothing here reads,",
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\nConnection: close\r\n\r\n`,
      "404",
    ],
    ["nonsense", "\u0000\u0001\u0002\r\n\r\n", "400"],
    ["a bad escape", "GET /%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 4"],
  ])("%s is refused", async (_, text, expected) => {
    expect(await raw(text)).toContain(expected);
  });

  test("a sender that does not finish its headers is cut off", async () => {
    const { headersTimeout } = http.server;
    expect(headersTimeout).toBe(5000);
    // So that nobody waits for it here.
    http.server.headersTimeout = 100;
    expect(await raw("GET / HTTP/1.1\r\nHost: x\r\n")).toContain("408");
    http.server.headersTimeout = headersTimeout;
  });

  test("that is taken is refused in one line that names it, its setting and its owner", async () => {
    await using second = createHttp(options({ port }));
    const owner = process.platform === "linux" ? `\\S.* \\(pid ${process.pid}\\)` : "another process";
    await expect(second.listen()).rejects.toMatchObject({
      name: "StartRefused",
      exitCode: 10,
      message: expect.stringMatching(
        new RegExp(`^port ${port} \\(PORTCADE_PORT\\) is taken by ${owner}; stop it, or set another port$`),
      ),
    });
  });

  test("an address that is not this machine's is refused, naming its setting", async () => {
    await using other = createHttp(options({ bindHost: "192.0.2.1" }));
    await expect(other.listen()).rejects.toThrow(
      "192.0.2.1 (PORTCADE_BIND_HOST) is no address of this machine",
    );
  });

  test("speaks HTTPS when it has a certificate", async () => {
    const { cert, key } = testCertificate();
    await using secure = createHttp(options({ tls: { cert, key } }));
    const securePort = await secure.listen();
    const call = tlsRequest({
      host: "127.0.0.1",
      port: securePort,
      path: "/healthz",
      ca: cert,
      servername: "localhost",
      agent: false,
    });
    call.end();
    const [answer] = (await once(call, "response")) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    answer.resume();
    await once(answer, "end");
  });
});
