import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

export interface PagesOptions {
  /** The site. */
  readonly dir: string;
  /** When it was deployed: whatever a file's own time is, hosts of this kind say this one. */
  readonly deployedAt: Date;
  /** 0 takes a free one. */
  readonly port?: number;
}

export interface PagesHost extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
}

/** What a file is, and whether such a host sends it in gzip: it goes by the type, and packs are never to be of those. */
const types: Readonly<Record<string, readonly [type: string, isCompressed: boolean]>> = {
  ".html": ["text/html; charset=utf-8", true],
  ".js": ["application/javascript; charset=utf-8", true],
  ".css": ["text/css; charset=utf-8", true],
  ".json": ["application/json; charset=utf-8", true],
  ".webmanifest": ["application/manifest+json", true],
  ".svg": ["image/svg+xml", true],
  ".txt": ["text/plain; charset=utf-8", true],
  ".zip": ["application/zip", false],
  ".png": ["image/png", false],
  ".ogg": ["audio/ogg", false],
  ".woff2": ["font/woff2", false],
};
/** What it does not know may well be text. */
const unknownType = ["application/octet-stream", true] as const;

/** A static host on this machine that answers as GitHub Pages does: its types, times, tags, parts and 404 page. */
export async function servePages(options: PagesOptions): Promise<PagesHost> {
  const server = createServer((request, response) => answer(options, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer({ dir, deployedAt }: PagesOptions, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("access-control-allow-origin", "*");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  const path = pathOf(request.url ?? "/");
  const file = path === undefined ? undefined : read(dir, path);
  if (path === undefined || file === undefined) {
    response.setHeader("content-type", "text/html; charset=utf-8");
    send(request, response, 404, read(dir, "/404.html") ?? Buffer.from("<h1>404</h1>\n"));
    return;
  }
  const [type, isCompressed] = types[extname(path)] ?? unknownType;
  const zips = isCompressed && /\bgzip\b/.test(request.headers["accept-encoding"]?.toString() ?? "");
  response.setHeader("content-type", type);
  if (isCompressed) response.setHeader("vary", "Accept-Encoding");
  if (zips) response.setHeader("content-encoding", "gzip");
  sendFile({ file, zips, deployedAt }, request, response);
}

function sendFile(
  { file, zips, deployedAt }: { file: Buffer; zips: boolean; deployedAt: Date },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const tag = `"${createHash("sha256").update(file).digest("hex").slice(0, 16)}"`;
  response.setHeader("cache-control", "max-age=600");
  response.setHeader("last-modified", deployedAt.toUTCString());
  response.setHeader("etag", zips ? `W/${tag}` : tag);
  response.setHeader("accept-ranges", "bytes");
  if (isKnown(request, tag, deployedAt)) response.writeHead(304).end();
  // A part is one of what is sent, which is why packs must not be compressed.
  else sendPart(request, response, zips ? gzipSync(file) : file, tag);
}

/** The path inside the site; `undefined` for one that leads out of it or is none. */
function pathOf(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*/s, ""));
    const isPlain = path.startsWith("/") && !path.includes("\0") && !path.includes("\\");
    if (!isPlain || path.split("/").includes("..")) return undefined;
    return path.endsWith("/") ? `${path}index.html` : path;
  } catch {
    return undefined;
  }
}

function read(dir: string, path: string): Buffer<ArrayBuffer> | undefined {
  const file = join(dir, path);
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
}

function isKnown({ headers }: IncomingMessage, tag: string, deployedAt: Date): boolean {
  const known = headers["if-none-match"];
  if (known !== undefined) return known.split(/\s*,\s*/).some((one) => one.replace(/^W\//, "") === tag);
  const since = Date.parse(headers["if-modified-since"] ?? "");
  return Math.floor(deployedAt.getTime() / 1000) * 1000 <= since;
}

function sendPart(request: IncomingMessage, response: ServerResponse, body: Buffer, tag: string): void {
  const { range, "if-range": ifRange } = request.headers;
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
  const isWhole = (from === "" && to === "") || (ifRange !== undefined && ifRange !== tag);
  if (isWhole) return send(request, response, 200, body);
  const start = from === "" ? Math.max(0, body.length - Number(to)) : Number(from);
  const end = from === "" || to === "" ? body.length - 1 : Math.min(Number(to), body.length - 1);
  if (start > end) {
    response.writeHead(416, { "content-range": `bytes */${body.length}` }).end();
    return;
  }
  response.setHeader("content-range", `bytes ${start}-${end}/${body.length}`);
  send(request, response, 206, body.subarray(start, end + 1));
}

function send(request: IncomingMessage, response: ServerResponse, status: number, body: Buffer): void {
  response.writeHead(status, { "content-length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}
