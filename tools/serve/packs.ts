import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import fastify from "fastify";
import { addPackRoutes } from "#adapters/http/pack-routes.ts";
import { PackIndexReader } from "#adapters/packs/pack-index.ts";

export interface PackHostOptions {
  /** The folder of `index.json` and the packs. */
  readonly dir: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Bytes a second; absent: as fast as it goes. */
  readonly slow?: number | undefined;
}

export interface PackHost extends AsyncDisposable {
  /** Without a slash at the end. Packs lie directly under it, and under `/world_packs` as well. */
  readonly url: string;
}

/** A host for packs alone, on this machine: what a static site is to a server elsewhere. */
export async function servePacks({ dir, port, slow }: PackHostOptions): Promise<PackHost> {
  const packs = new PackIndexReader({ dir, baseUrl: () => "" });
  const app = fastify({
    forceCloseConnections: true,
    rewriteUrl: ({ url = "/" }) => (url.startsWith("/world_packs/") ? url : `/world_packs${url}`),
  });
  if (slow !== undefined)
    app.addHook("onSend", async (_request, _reply, payload) =>
      payload instanceof Readable ? Readable.from(slowly(payload, slow)) : payload,
    );
  addPackRoutes(app, packs);
  const url = await app.listen({ host: "127.0.0.1", port });
  return {
    url,
    async [Symbol.asyncDispose]() {
      packs[Symbol.dispose]();
      await app.close();
    },
  };
}

const slicesPerSecond = 10;

async function* slowly(source: Readable, bytesPerSecond: number): AsyncGenerator<Buffer> {
  const size = Math.max(1, Math.floor(bytesPerSecond / slicesPerSecond));
  for await (const chunk of source as AsyncIterable<Buffer>)
    for (let at = 0; at < chunk.length; at += size) {
      await setTimeout(1000 / slicesPerSecond);
      yield chunk.subarray(at, at + size);
    }
}

const usage = "Usage: npm run packs:serve -- [--dir folder] [--port 19100] [--slow bytes-per-second]";

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { dir: text, port: text, slow: text } });
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const dir = resolve(values.dir ?? join(root, "builds", "world_packs"));
  const port = Number(values.port ?? 19100);
  const slow = values.slow === undefined ? undefined : Number(values.slow);
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || (slow !== undefined && !(slow >= 1)))
    throw new Error(usage);
  if (!existsSync(join(dir, "index.json")))
    throw new Error(`${dir} holds no packs: npm run packs makes them.`);
  const { url } = await servePacks({ dir, port, slow });
  console.log(`Serving the packs in ${dir} at ${url}\nTry: PORTCADE_WORLD_PACK_BASE_URL=${url} npm start`);
}

if (import.meta.main)
  await main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
