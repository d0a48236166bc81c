import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "application/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".zip": "application/zip",
};
const compressed = new Set([".html", ".js", ".css", ".json", ".svg"]);

/** A static host as GitHub Pages is one: gzip by type, one time for all files, ten minutes in caches. */
export class PagesHost implements AsyncDisposable {
  /** Changes an answer before it is sent. */
  spoil: (path: string, answer: { status: number; headers: Record<string, string>; body: Buffer }) => void =
    () => {};
  /** Path and query of everything that was asked for. */
  readonly asked: string[] = [];
  readonly #dir: string;
  readonly #server: Server;
  readonly #deployed = new Date().toUTCString();

  private constructor(dir: string) {
    this.#dir = dir;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(dir: string): Promise<PagesHost> {
    const host = new PagesHost(dir);
    host.#server.listen(0, "127.0.0.1");
    await once(host.#server, "listening");
    return host;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(request.url ?? "");
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", this.url).pathname)).slice(1);
    const answer = this.#file(path === "" ? "index.html" : path, request);
    this.spoil(path, answer);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  #file(path: string, request: IncomingMessage) {
    const file = join(this.#dir, path);
    const headers: Record<string, string> = { "access-control-allow-origin": "*" };
    if (!statSync(file, { throwIfNoEntry: false })?.isFile())
      return { status: 404, headers, body: Buffer.from("404") };
    const bytes = readFileSync(file);
    headers["content-type"] = types[extname(path)] ?? "application/octet-stream";
    headers["cache-control"] = "max-age=600";
    headers["last-modified"] = this.#deployed;
    headers["etag"] = `"${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}"`;
    if (!compressed.has(extname(path)) || !/\bgzip\b/.test(String(request.headers["accept-encoding"])))
      return { status: 200, headers, body: bytes };
    headers["content-encoding"] = "gzip";
    return { status: 200, headers, body: gzipSync(bytes) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
