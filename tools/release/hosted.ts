import { randomBytes } from "node:crypto";
import { extname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { PackIndex } from "#shared/manifest.ts";
import type { DeploymentManifest } from "#tools/artifacts/manifest.ts";
import { sha256 } from "#tools/worlds/output.ts";
import { ReleaseRefused } from "./refusal.ts";

/** How a browser must be told of each; a script of another type is not run. */
const types: Readonly<Record<string, RegExp>> = {
  ".html": /^text\/html\b/,
  ".txt": /^text\/plain\b/,
  ".webmanifest": /^application\/manifest\+json\b/,
  ".js": /^(text|application)\/javascript\b/,
  ".css": /^text\/css\b/,
  ".json": /^application\/json\b/,
  ".svg": /^image\/svg\+xml\b/,
  ".png": /^image\/png\b/,
  ".woff2": /^font\/woff2\b/,
  ".zip": /^application\/(zip|x-zip-compressed)\b/,
};
const waitMs = 30_000;
/** Longer, and players would come with the page of an older release. */
const longestKeptS = 600;

type HostedFile = Pick<DeploymentManifest["files"][number], "path" | "size" | "sha256">;

export interface Looking {
  /** Of the page; ends with `/`. */
  readonly url: string;
  readonly tries: number;
  readonly pauseMs: number;
  readonly say: (line: string) => void;
}

/**
 * Downloads every file that the host should have now and compares it, until all are right. What is asked for carries a
 * query of its own: with the page's `?v=` a cache between would keep an old answer for the players.
 *
 * @throws ReleaseRefused with what is still wrong after the last try
 */
export async function verifyHosted(
  manifest: DeploymentManifest,
  index: PackIndex,
  { url, tries, pauseMs, say }: Looking,
): Promise<void> {
  let left = manifest.files
    .filter(({ path }) => path.startsWith("web/"))
    .map((file) => ({ ...file, path: file.path.slice("web/".length) }));
  const count = left.length;
  for (let n = 1; ; n++) {
    const wrong = new Map<string, string>();
    const salt = randomBytes(8).toString("hex");
    for (const file of left) {
      const address = new URL(file.path, url);
      address.searchParams.set("verify", salt);
      const fault = await faultOf(address, file, index, say);
      if (fault !== undefined) wrong.set(file.path, fault);
    }
    say(`try ${n} of ${tries}: ${count - wrong.size} of ${count} files are right`);
    if (wrong.size === 0) break;
    if (n === tries) {
      const lines = [...wrong].slice(0, 10).map(([path, fault]) => `\n  ${path}: ${fault}`);
      throw new ReleaseRefused(
        `${wrong.size} of ${count} files at ${url} are not those of the release:${lines.join("")}\nLook at what the host serves, then run the release again with version ${manifest.version}; a roll back likewise`,
      );
    }
    left = left.filter(({ path }) => wrong.has(path));
    await pause(pauseMs);
  }
  say(`HOSTED_PAGES_VERIFY_OK files=${count} url=${url}`);
}

async function faultOf(
  address: URL,
  file: HostedFile,
  index: PackIndex,
  say: (line: string) => void,
): Promise<string | undefined> {
  const { path, size, sha256: wanted } = file;
  try {
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(waitMs) });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (answer.status !== 200) return `status ${answer.status}`;
    if (bytes.length !== size) return `${bytes.length} bytes instead of ${size}`;
    if (sha256(bytes) !== wanted) return "other bytes of the same length";
    const type = types[extname(path)];
    const given = answer.headers.get("content-type") ?? "nothing";
    if (type && !type.test(given)) return `Content-Type is ${given}`;
    if (/\.(html|json)$/.test(path)) return ageFault(answer.headers);
    return path.endsWith(".zip") ? await packFault(address, file, answer.headers, index, say) : undefined;
  } catch (error) {
    return (error as Error).cause instanceof Error
      ? ((error as Error).cause as Error).message
      : String(error);
  }
}

function ageFault(headers: Headers): string | undefined {
  const given = headers.get("cache-control") ?? "nothing";
  const seconds = Number(/\bmax-age=(\d+)/.exec(given)?.[1] ?? Number.NaN);
  return seconds <= longestKeptS
    ? undefined
    : `Cache-Control is ${given}, not max-age of at most ${longestKeptS}`;
}

/**
 * A page of another origin may fetch packs, and their sizes and parts are those of the file. Their time on the host is
 * only told of, because `index.json` is what counts.
 */
async function packFault(
  address: URL,
  { path, size }: HostedFile,
  headers: Headers,
  index: PackIndex,
  say: (line: string) => void,
): Promise<string | undefined> {
  const pack = Object.values(index.packs).find(({ file }) => path === `world_packs/${file}`);
  const hosted = Date.parse(headers.get("last-modified") ?? "") / 1000;
  if (pack && hosted !== pack.mtime)
    say(`HOSTED_LAST_MODIFIED_WARNING path=${path} hosted=${hosted} index=${pack.mtime}`);
  if (headers.get("access-control-allow-origin") !== "*") return "Access-Control-Allow-Origin is not *";
  if (headers.has("content-encoding")) return `Content-Encoding is ${headers.get("content-encoding")}`;
  const tag = headers.get("etag") ?? "nothing";
  if (!tag.startsWith('"')) return `ETag is ${tag}, no strong one`;
  const part = await fetch(address, {
    cache: "no-store",
    headers: { range: `bytes=${size - 1}-` },
    signal: AbortSignal.timeout(waitMs),
  });
  await part.body?.cancel();
  const range = part.headers.get("content-range");
  return part.status === 206 && range === `bytes ${size - 1}-${size - 1}/${size}`
    ? undefined
    : `a part of it is answered with status ${part.status}, Content-Range ${range ?? "nothing"}`;
}
