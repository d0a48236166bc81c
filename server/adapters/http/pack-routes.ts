import { open } from "node:fs/promises";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { readRange } from "./range.ts";

/** A pack on disk; `mtime` in Unix seconds. */
export interface ServedPack {
  readonly path: string;
  readonly size: number;
  readonly mtime: number;
  readonly sha256: string;
}

/** What there is to serve: packs by file name, and the text of `index.json`. */
export interface PackSource {
  fileOf(name: string): ServedPack | undefined;
  readonly text: string | undefined;
}

const sharing = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Accept-Ranges, Content-Length, Content-Range, ETag, Last-Modified",
  "cross-origin-resource-policy": "cross-origin",
  "cache-control": "no-cache, no-transform",
} as const;

/** `/world_packs/*`: whole or in part, never compressed, from any page. */
export function addPackRoutes(app: FastifyInstance, source: PackSource): void {
  app.options("/world_packs/*", (_, reply) =>
    reply
      .headers({
        ...sharing,
        "access-control-allow-methods": "GET, HEAD",
        "access-control-allow-headers": "Range, If-Range, If-None-Match, If-Modified-Since",
        "access-control-max-age": 86_400,
      })
      .code(204)
      .send(),
  );
  app.get("/world_packs/index.json", (_, reply) => {
    const { text } = source;
    if (text === undefined) return reply.callNotFound();
    return reply.headers(sharing).type("application/json").send(text);
  });
  app.route<{ Params: { file: string } }>({
    method: ["GET", "HEAD"],
    url: "/world_packs/:file",
    exposeHeadRoute: false,
    handler: (request, reply) => sendPack(source.fileOf(request.params.file), request, reply),
  });
}

async function sendPack(
  pack: ServedPack | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (!pack) {
    reply.callNotFound();
    return reply;
  }
  const etag = `"${pack.sha256}"`;
  const lastModified = new Date(pack.mtime * 1000).toUTCString();
  reply.headers({
    ...sharing,
    "accept-ranges": "bytes",
    etag,
    "last-modified": lastModified,
    "content-type": "application/zip",
  });
  if (isUnchanged(request, etag, pack.mtime)) return reply.code(304).send();

  const { "if-range": ifRange, range: wanted } = request.headers;
  const isRangeValid = ifRange === undefined || ifRange === etag || ifRange === lastModified;
  const range = isRangeValid ? readRange(wanted, pack.size) : "whole";
  if (range === "unsatisfiable")
    return reply
      .code(416)
      .header("content-range", `bytes */${pack.size}`)
      .type("text/plain")
      .send("No such part.\n");
  const { first, last } = range === "whole" ? { first: 0, last: pack.size - 1 } : range;
  if (range !== "whole") reply.code(206).header("content-range", `bytes ${first}-${last}/${pack.size}`);
  reply.header("content-length", last - first + 1);
  if (request.method === "HEAD") return reply.send();
  return sendBytes(pack, first, last, reply);
}

/** From one open file: a pack that is replaced meanwhile is sent to its end as it was. */
async function sendBytes(
  pack: ServedPack,
  first: number,
  last: number,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const file = await open(pack.path).catch(() => undefined);
  const stats = await file?.stat();
  if (!file || !stats || stats.size !== pack.size || Math.floor(stats.mtimeMs / 1000) !== pack.mtime) {
    await file?.close();
    return reply
      .removeHeader("content-length")
      .code(503)
      .header("retry-after", 1)
      .type("text/plain")
      .send("This pack is just being replaced; try again.\n");
  }
  return reply.send(file.createReadStream({ start: first, end: last }));
}

function isUnchanged({ headers }: FastifyRequest, etag: string, mtime: number): boolean {
  const match = headers["if-none-match"];
  if (match !== undefined)
    return match === "*" || match.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
  const since = headers["if-modified-since"];
  return since !== undefined && Date.parse(since) >= mtime * 1000;
}
