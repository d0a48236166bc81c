import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { PackInfo } from "../src/packs/pack.ts";
import { infoOf, sha256 } from "../src/packs/testing.ts";

/** A page with the pack cache, and a host for one pack that can be made to misbehave. */
export class PackHost implements AsyncDisposable {
  /** The `Range` of every request for the pack. */
  readonly asked: (string | undefined)[] = [];
  /** The next answer ends (`cut`) or falls silent (`stall`) after so many bytes. */
  fault: { readonly kind: "cut" | "stall"; readonly at: number } | undefined;
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #file: Uint8Array<ArrayBuffer>;
  #script = "";

  constructor(file: Uint8Array<ArrayBuffer>) {
    this.#file = file;
  }

  async start(): Promise<void> {
    this.#script = await bundle();
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  get info(): PackInfo {
    return infoOf(this.#file, { url: `${this.url}hub.zip` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.url?.startsWith("/hub.zip")) this.#sendPack(request, response);
    else if (request.url === "/packs.js")
      response.setHeader("content-type", "text/javascript").end(this.#script);
    else if (request.url === "/")
      response
        .setHeader("content-type", "text/html")
        .end('<!doctype html><script type="module" src="/packs.js"></script>');
    else response.writeHead(404).end();
  }

  #sendPack({ headers }: IncomingMessage, response: ServerResponse): void {
    const etag = `"${sha256(this.#file)}"`;
    const { length } = this.#file;
    this.asked.push(headers.range);
    const isPart = headers.range !== undefined && headers["if-range"] === etag;
    const start = isPart ? Number(/\d+/.exec(headers.range ?? "")?.[0]) : 0;
    const { fault } = this;
    this.fault = undefined;
    response.writeHead(isPart ? 206 : 200, {
      etag,
      "content-length": length - start,
      ...(isPart && { "content-range": `bytes ${start}-${length - 1}/${length}` }),
    });
    if (!fault) response.end(this.#file.subarray(start));
    else
      response.write(this.#file.subarray(start, fault.at), () => fault.kind === "cut" && response.destroy());
  }
}

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    build: {
      write: false,
      minify: false,
      rolldownOptions: { input: fileURLToPath(new URL("packs-page.ts", import.meta.url)) },
    },
  });
  const [result] = [built].flat();
  const chunk = result && "output" in result ? result.output[0] : undefined;
  if (!chunk) throw new Error("The page with the pack cache could not be built");
  return chunk.code;
}
