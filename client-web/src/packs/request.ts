import { PackError } from "./pack.ts";
import type { PackInfo } from "./pack.ts";

const longestWaitMs = 60_000;

/**
 * Where to ask: one of the pack's addresses with `v`, which changes with the content and with nothing else, so that no
 * cache on the way answers with an older pack. A `v` that is already there is kept.
 */
export function requestUrl(
  info: PackInfo,
  address: string,
  { origin, salt }: { readonly origin: string | undefined; readonly salt: string | undefined },
): URL {
  const url = URL.parse(address, origin);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new PackError("invalid", `Pack ${info.key} has no address that can be fetched`);
  if (!url.searchParams.has("v"))
    url.searchParams.set("v", info.sha256?.slice(0, 12) ?? `${info.mtime}-${info.size}`);
  if (salt) url.searchParams.set("r", salt);
  return url;
}

/** The ETag when a later request may go on from these bytes: strong, readable, and of the file itself. */
export function strongTag(response: Response, asked: URL, origin: string | undefined): string | undefined {
  const tag = response.headers.get("etag");
  const isSameOrigin = asked.origin === origin && (!response.url || new URL(response.url).origin === origin);
  const isEncoded = (response.headers.get("content-encoding") ?? "identity") !== "identity";
  return tag?.startsWith('"') && isSameOrigin && !isEncoded ? tag : undefined;
}

/** What `Retry-After` asks for, in seconds or as a date; within reason. */
export function retryAfterMs(response: Response, now: number): number | undefined {
  const asked = response.headers.get("retry-after");
  if (!asked) return undefined;
  const ms = /^\d+$/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestWaitMs) : undefined;
}
