import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** How the page knows that a master serves it, and so dials the host it came from; a static host adds nothing. */
export const servedMark = '<meta name="portcade-master" content="own" />';

/** The page itself. Everything else of the client is served as it lies on the disk. */
export function addPage(app: FastifyInstance, webDir: string): void {
  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const built = await readFile(join(webDir, "index.html"), "utf8").catch(() => undefined);
    if (built === undefined)
      return reply
        .code(503)
        .header("cache-control", "no-store")
        .type("text/plain; charset=utf-8")
        .send("The client is not built yet: run npm start.\n");
    const page = built.replace("<head>", `<head>${servedMark}`);
    const etag = `"${createHash("sha256").update(page).digest("base64url")}"`;
    reply.header("cache-control", "no-cache").header("etag", etag).type("text/html; charset=utf-8");
    return request.headers["if-none-match"] === etag ? reply.code(304).send() : reply.send(page);
  };
  for (const url of ["/", "/index.html"]) app.get(url, serve);
}
