import { createHash } from "node:crypto";
import { zipSync } from "fflate";
import type { PackInfo } from "./pack.ts";
import { localLock } from "./lock.ts";
import { createPackCache } from "./pack-cache.ts";
import type { PackCache, PackCacheOptions } from "./pack-cache.ts";
import { memoryStore } from "./store.ts";

export const origin = "https://play.example";
export const url = `${origin}/world_packs/hub.zip`;

/** A ZIP of about `size` bytes that no two fills share. */
export function makeZip(size: number, fill = 1): Uint8Array<ArrayBuffer> {
  let luck = fill;
  const noise = Uint8Array.from({ length: size }, () => (luck = (luck * 48_271) % 0x7fffffff) & 0xff);
  const map = new TextEncoder().encode(JSON.stringify({ fill }));
  return zipSync(
    { "map.json": map, "tiles/noise.png": [noise, { level: 0 }] },
    { mtime: "1980-01-01T00:00:00" },
  );
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

export function infoOf(bytes: Uint8Array, more: Partial<PackInfo> = {}): PackInfo {
  return { key: "hub", url, size: bytes.length, mtime: 1_700_000_000, sha256: sha256(bytes), ...more };
}

export interface Asked {
  readonly url: URL;
  readonly range: string | null;
  readonly ifRange: string | null;
  readonly cache: RequestCache | undefined;
  /** Bytes of content answered with. */
  sent: number;
}

/** A host that answers as a static file server does, and misbehaves on demand. */
export class FakeHost {
  readonly asked: Asked[] = [];
  file: Uint8Array<ArrayBuffer>;
  etag: string | undefined;
  /** Answers for the next requests, in place of the file. */
  readonly answers: (Response | (() => Response))[] = [];
  /** Called before each answer with how many requests came before. */
  before: ((earlier: number) => unknown) | undefined;
  /** The next body breaks off after so many bytes. */
  cutAt: number | undefined;
  /** The next body is silent for ever after so many bytes. */
  stallAt: number | undefined;

  constructor(file: Uint8Array<ArrayBuffer>) {
    this.file = file;
    this.etag = `"${sha256(file)}"`;
  }

  get sent(): number {
    return this.asked.reduce((sum, { sent }) => sum + sent, 0);
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    const url = new URL(input instanceof Request ? input.url : input);
    const asked = {
      url,
      range: headers.get("range"),
      ifRange: headers.get("if-range"),
      cache: init.cache,
      sent: 0,
    };
    this.before?.(this.asked.length);
    this.asked.push(asked);
    init.signal?.throwIfAborted();
    const answer = this.answers.shift();
    if (answer) return typeof answer === "function" ? answer() : answer;
    return this.#answer(asked, init.signal ?? undefined);
  };

  #answer(asked: Asked, signal: AbortSignal | undefined): Response {
    const { file, etag } = this;
    const isPart = asked.range !== null && asked.ifRange === etag;
    const start = isPart ? Number(asked.range?.slice("bytes=".length, -1)) : 0;
    const headers = new Headers({ "last-modified": "Tue, 14 Nov 2023 22:13:20 GMT" });
    if (etag) headers.set("etag", etag);
    if (isPart) headers.set("content-range", `bytes ${start}-${file.length - 1}/${file.length}`);
    const body = this.#stream(file.subarray(start), asked, signal);
    return new Response(body, { status: isPart ? 206 : 200, headers });
  }

  #stream(content: Uint8Array, asked: Asked, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
    const { cutAt, stallAt } = this;
    this.cutAt = this.stallAt = undefined;
    const end = Math.min(cutAt ?? content.length, stallAt ?? content.length);
    return new ReadableStream({
      start: (controller) => signal?.addEventListener("abort", () => controller.error(signal.reason)),
      pull: (controller) => {
        const chunk = content.slice(asked.sent, Math.min(asked.sent + 65_536, end));
        asked.sent += chunk.length;
        if (chunk.length > 0) controller.enqueue(chunk);
        else if (cutAt !== undefined) controller.error(new TypeError("network error"));
        else if (stallAt === undefined) controller.close();
        else return new Promise(() => undefined);
        return undefined;
      },
    });
  }
}

/** A clock that stands still but for the waits asked of it; waits for a silent line end only when told to. */
export class FakeTime {
  at = 1_800_000_000_000;
  readonly waits: number[] = [];
  #stalls: (() => void)[] = [];

  readonly now = (): number => this.at;

  readonly sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (ms === stallMs) return new Promise((resolve) => this.#stalls.push(resolve));
    signal?.throwIfAborted();
    this.waits.push(ms);
    this.at += ms;
  };

  loseSilentLines(): void {
    for (const end of this.#stalls.splice(0)) end();
  }
}

export const stallMs = 20_000;

export interface Bench {
  readonly host: FakeHost;
  readonly time: FakeTime;
  readonly store: PackCacheOptions["store"];
  readonly cache: PackCache;
}

export function makeBench(file: Uint8Array<ArrayBuffer>, more: Partial<PackCacheOptions> = {}): Bench {
  const host = new FakeHost(file);
  const time = new FakeTime();
  const store = more.store ?? memoryStore();
  const { now, sleep } = time;
  const cache = createPackCache({
    name: "test",
    store,
    fetch: host.fetch,
    origin,
    lock: localLock(),
    now,
    sleep,
    stallMs,
    ...more,
  });
  return { host, time, store, cache };
}
