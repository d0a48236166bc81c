import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const builds = fileURLToPath(new URL("../../builds", import.meta.url));

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".zip": "application/zip",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
};

export interface FileServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
}

/**
 * Serves the first of some folders that has the file, to every origin. A file whose path matches `stall` comes
 * only by half, and then nothing more.
 */
export async function serveFiles(folders: readonly string[], stall?: RegExp): Promise<FileServer> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://files").pathname);
    const name = path === "/" ? "index.html" : path;
    const file = folders
      .map((folder) => join(folder, name))
      .find((one) => existsSync(one) && statSync(one).isFile());
    response.setHeader("access-control-allow-origin", "*");
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": types[extname(file)] ?? "application/octet-stream",
      "content-length": statSync(file).size,
    });
    if (stall?.test(path)) response.write(readFileSync(file).subarray(0, statSync(file).size / 2));
    else createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
