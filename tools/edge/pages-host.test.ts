import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PagesHost } from "./pages-host.ts";

const dir = mkdtempSync(join(tmpdir(), "portcade-pages-"));
const deployedAt = new Date("2026-02-03T04:05:06.789Z");
const script = Buffer.from("export const one = 1;\n".repeat(200));
const pack = Buffer.from(Array.from({ length: 5000 }, (_, n) => n % 251));
let host: PagesHost;

beforeAll(async () => {
  mkdirSync(join(dir, "site/world_packs"), { recursive: true });
  writeFileSync(join(dir, "outside.txt"), "secret");
  for (const [name, bytes] of [
    ["index.html", "<h1>in</h1>"],
    ["404.html", "<h1>nothing here</h1>"],
    ["app.js", script],
    ["odd.pck", script],
    ["world_packs/hub.zip", pack],
  ] as const)
    writeFileSync(join(dir, "site", name), bytes);
  host = await PagesHost.start(join(dir, "site"), { deployedAt });
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

interface Got {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** As the bytes come; `fetch` would unpack them and clean the path. */
async function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Got> {
  const { port } = host;
  const { promise, resolve, reject } = Promise.withResolvers<Got>();
  get({ host: "127.0.0.1", port, path, headers, method, agent: false }, (answer) => {
    buffer(answer).then(
      (body) => resolve({ status: answer.statusCode, headers: answer.headers, body }),
      reject,
    );
  }).on("error", reject);
  return promise;
}
const gzip = { "accept-encoding": "gzip, deflate, br" };

test("what is text by its type, or unknown, comes in gzip; a pack never does", async () => {
  for (const path of ["/app.js", "/odd.pck"]) {
    const { headers, body } = await ask(path, gzip);
    expect(headers).toMatchObject({ "content-encoding": "gzip", vary: "Accept-Encoding" });
    expect(Number(headers["content-length"])).toBe(body.length);
    expect(body.length).toBeLessThan(script.length);
    expect(gunzipSync(body)).toEqual(script);
    expect((await ask(path)).body).toEqual(script);
  }
  const { headers, body } = await ask("/world_packs/hub.zip", gzip);
  expect(headers["content-encoding"]).toBeUndefined();
  expect(headers["content-type"]).toBe("application/zip");
  expect(body).toEqual(pack);
});

test("every file is of the time of the deployment, may be kept ten minutes, and is open to every page", async () => {
  for (const path of ["/", "/app.js", "/world_packs/hub.zip"]) {
    const { status, headers } = await ask(`${path}?v=1`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "last-modified": "Tue, 03 Feb 2026 04:05:06 GMT",
      "cache-control": "max-age=600",
      "access-control-allow-origin": "*",
    });
    for (const known of [
      { "if-none-match": headers.etag ?? "" },
      { "if-modified-since": headers["last-modified"] ?? "" },
    ])
      expect(await ask(path, known)).toMatchObject({ status: 304, body: Buffer.alloc(0) });
    expect(await ask(path, { "if-none-match": '"other"' })).toMatchObject({ status: 200 });
  }
});

test("a part is answered with that part, of the file as it is now", async () => {
  const path = "/world_packs/hub.zip";
  const { etag = "" } = (await ask(path)).headers;
  for (const [range, from, to] of [
    ["bytes=1000-", 1000, 4999],
    ["bytes=0-0", 0, 0],
    ["bytes=-10", 4990, 4999],
    ["bytes=4000-9999", 4000, 4999],
  ] as const) {
    const { status, headers, body } = await ask(path, { range, "if-range": etag });
    expect(status).toBe(206);
    expect(headers["content-range"]).toBe(`bytes ${from}-${to}/5000`);
    expect(body).toEqual(pack.subarray(from, to + 1));
  }
  expect(await ask(path, { range: "bytes=5000-" })).toMatchObject({
    status: 416,
    headers: { "content-range": "bytes */5000" },
  });
  expect(await ask(path, { range: "bytes=10-", "if-range": '"old"' })).toMatchObject({
    status: 200,
    body: pack,
  });
});

test("a part of what comes in gzip is one of the gzip, as on the real host", async () => {
  const whole = await ask("/odd.pck", gzip);
  const part = await ask("/odd.pck", { ...gzip, range: "bytes=0-9" });
  expect(part).toMatchObject({ status: 206, body: whole.body.subarray(0, 10) });
  expect(part.headers["content-range"]).toBe(`bytes 0-9/${whole.body.length}`);
});

test("what is not there has the site's own page for it, and nothing outside the site is there", async () => {
  for (const path of [
    "/none",
    "/../outside.txt",
    "/%2e%2e/outside.txt",
    "/..%2foutside.txt",
    "/%00",
    "/%",
    "/world_packs",
  ]) {
    const { status, headers, body } = await ask(path);
    expect({ path, status, body: String(body) }).toEqual({
      path,
      status: 404,
      body: "<h1>nothing here</h1>",
    });
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
  }
  expect(await ask("/app.js", {}, "HEAD")).toMatchObject({ status: 200, body: Buffer.alloc(0) });
  expect(await ask("/app.js", {}, "DELETE")).toMatchObject({ status: 405 });
});

test("a site may lie in a folder of its host, and then there is nothing beside it", async () => {
  await using inFolder = await PagesHost.start(join(dir, "site"), { basePath: "/repo/" });
  expect(new URL(inFolder.url).pathname).toBe("/repo/");
  const statusOf = async (path: string): Promise<number> => (await fetch(new URL(path, inFolder.url))).status;
  expect(await statusOf("")).toBe(200);
  expect(await statusOf("world_packs/hub.zip")).toBe(200);
  expect(await statusOf("/world_packs/hub.zip")).toBe(404);
  expect(await statusOf("/")).toBe(404);
});

test("what was asked for is kept, an answer can be spoiled, and a new deployment has a new time", async () => {
  await using other = await PagesHost.start(join(dir, "site"), { deployedAt });
  other.spoil = (path, answer) => {
    if (path === "world_packs/hub.zip") Object.assign(answer, { status: 503, body: Buffer.from("later") });
  };
  other.deployedAt = new Date("2026-02-04T00:00:00Z");
  const spoiled = await fetch(`${other.url}world_packs/hub.zip?v=1`);
  expect([spoiled.status, await spoiled.text()]).toEqual([503, "later"]);
  const page = await fetch(other.url);
  expect([page.status, page.headers.get("last-modified")]).toEqual([200, "Wed, 04 Feb 2026 00:00:00 GMT"]);
  expect(other.asked).toEqual(["/world_packs/hub.zip?v=1", "/"]);
});
