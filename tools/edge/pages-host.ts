import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

/** What is about to be sent; a body stays here for `HEAD` too. */
export interface PagesAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export interface PagesOptions {
  /** When the site was deployed; now unless given. */
  readonly deployedAt?: Date;
  /** Where the site lies on its host, with a slash at both ends: `/` unless given. */
  readonly basePath?: string;
  /** What listens already, such as a port of another machine's network; a free port of loopback unless given. */
  readonly door?: Server;
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
export class PagesHost implements AsyncDisposable {
  /** Whatever a file's own time is, hosts of this kind say this one. A new deployment sets it. */
  deployedAt: Date;
  /** Changes an answer before it is sent; the path is that inside the site. */
  spoil: (path: string, answer: PagesAnswer) => void = () => {};
  /** Path and query of everything that was asked for. */
  readonly asked: string[] = [];
  readonly #dir: string;
  readonly #basePath: string;
  readonly #server = createServer((request, response) => this.#answer(request, response));

  private constructor(dir: string, { deployedAt = new Date(), basePath = "/" }: PagesOptions) {
    this.#dir = dir;
    this.#basePath = basePath;
    this.deployedAt = deployedAt;
  }

  /** Serves the folder. */
  static async start(dir: string, options: PagesOptions = {}): Promise<PagesHost> {
    const host = new PagesHost(dir, options);
    host.#server.listen(options.door ?? { host: "127.0.0.1", port: 0 });
    await once(host.#server, "listening");
    return host;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The site's address, with a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${this.port}${this.#basePath}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = "/", method = "GET" } = request;
    this.asked.push(url);
    if (method !== "GET" && method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    const path = insideOf(this.#basePath, url);
    const answer = this.#answerTo(path, request.headers);
    this.spoil(path ?? "", answer);
    const { status, headers, body } = answer;
    headers["content-length"] ??= String(body.length);
    response.writeHead(status, headers).end(method === "HEAD" ? undefined : body);
  }

  #answerTo(path: string | undefined, asked: IncomingHttpHeaders): PagesAnswer {
    const headers: Record<string, string> = { "access-control-allow-origin": "*" };
    const file = path === undefined ? undefined : read(this.#dir, path);
    if (path === undefined || file === undefined) {
      headers["content-type"] = "text/html; charset=utf-8";
      return { status: 404, headers, body: read(this.#dir, "404.html") ?? Buffer.from("<h1>404</h1>\n") };
    }
    const [type, isCompressed] = types[extname(path)] ?? unknownType;
    const zips = isCompressed && /\bgzip\b/.test(String(asked["accept-encoding"]));
    headers["content-type"] = type;
    if (isCompressed) headers["vary"] = "Accept-Encoding";
    if (zips) headers["content-encoding"] = "gzip";
    const tag = `"${createHash("sha256").update(file).digest("hex").slice(0, 16)}"`;
    headers["cache-control"] = "max-age=600";
    headers["last-modified"] = this.deployedAt.toUTCString();
    headers["etag"] = zips ? `W/${tag}` : tag;
    headers["accept-ranges"] = "bytes";
    if (isKnown(asked, tag, this.deployedAt)) return { status: 304, headers, body: Buffer.alloc(0) };
    // A part is one of what is sent, which is why packs must not be compressed.
    return partOf(zips ? gzipSync(file) : file, asked, tag, headers);
  }
}

/** The path inside the site; `undefined` for one that leads out of it or is none. */
function insideOf(basePath: string, url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*/s, ""));
    const isPlain = path.startsWith(basePath) && !path.includes("\0") && !path.includes("\\");
    if (!isPlain || path.split("/").includes("..")) return undefined;
    return `${path.slice(basePath.length)}${path.endsWith("/") ? "index.html" : ""}`;
  } catch {
    return undefined;
  }
}

function read(dir: string, path: string): Buffer | undefined {
  const file = join(dir, path);
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
}

function isKnown(asked: IncomingHttpHeaders, tag: string, deployedAt: Date): boolean {
  const known = asked["if-none-match"];
  if (known !== undefined) return known.split(/\s*,\s*/).some((one) => one.replace(/^W\//, "") === tag);
  const since = Date.parse(asked["if-modified-since"] ?? "");
  return Math.floor(deployedAt.getTime() / 1000) * 1000 <= since;
}

function partOf(
  whole: Buffer,
  { range, "if-range": ifRange }: IncomingHttpHeaders,
  tag: string,
  headers: Record<string, string>,
): PagesAnswer {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
  const isWhole = (from === "" && to === "") || (ifRange !== undefined && ifRange !== tag);
  if (isWhole) return { status: 200, headers, body: whole };
  const start = from === "" ? Math.max(0, whole.length - Number(to)) : Number(from);
  const end = from === "" || to === "" ? whole.length - 1 : Math.min(Number(to), whole.length - 1);
  if (start > end) {
    headers["content-range"] = `bytes */${whole.length}`;
    return { status: 416, headers, body: Buffer.alloc(0) };
  }
  headers["content-range"] = `bytes ${start}-${end}/${whole.length}`;
  return { status: 206, headers, body: whole.subarray(start, end + 1) };
}
