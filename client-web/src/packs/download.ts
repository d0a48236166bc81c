import { PackError } from "./pack.ts";
import type { PackFailure, PackInfo } from "./pack.ts";
import { strongTag, requestUrl, retryAfterMs } from "./request.ts";
import { Segments } from "./segments.ts";
import type { PackStore } from "./store.ts";
import { readZip } from "./zip.ts";

export interface DownloadTools {
  readonly fetch: typeof fetch;
  readonly store: PackStore;
  /** The page's own origin: only there can a download be gone on with. */
  readonly origin: string | undefined;
  /** A connection silent for so long is given up. */
  readonly stallMs: number;
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Hex SHA-256, or nothing where it cannot be had. */
  digest(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined>;
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes here so far, and in all. */
  readonly onProgress?: ((loaded: number, total: number) => void) | undefined;
}

export interface Download {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly files: Map<string, Uint8Array>;
  readonly sha256: string | undefined;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly isResumed: boolean;
  /** Bytes that came over the network, those of failed attempts included. */
  readonly fetched: number;
}

const attempts = 4;
const firstWaitMs = 250;
/** From this attempt on the address is salted, to get past a stale copy on the way. */
const saltedFrom = 2;

/** Not this time; perhaps the next. */
class TryAgain extends PackError {
  readonly waitMs: number | undefined;

  constructor(
    reason: PackFailure,
    message: string,
    options: ErrorOptions & { waitMs?: number | undefined } = {},
  ) {
    super(reason, message, options);
    this.waitMs = options.waitMs;
  }
}

/** Fetches a pack and proves it to be the one described. Rejects with `PackError`, or the signal's reason. */
export async function download(
  info: PackInfo,
  tools: DownloadTools,
  options: DownloadOptions,
): Promise<Download> {
  const run = new Run(info, tools, options);
  await run.segments.load();
  for (let n = 0; ; n++) {
    try {
      return await run.attempt(n);
    } catch (cause) {
      if (!(cause instanceof TryAgain) || n === attempts - 1) throw cause;
      await tools.sleep(cause.waitMs ?? firstWaitMs * 2 ** n, options.signal);
    }
  }
}

class Run {
  readonly segments: Segments;
  readonly #info: PackInfo;
  readonly #tools: DownloadTools;
  readonly #options: DownloadOptions;
  /** Where it may be had, asked in turn; less those who said that they have no such file. */
  #addresses: readonly string[];
  #fetched = 0;
  #lastModified: string | undefined;
  #isResumed = false;

  constructor(info: PackInfo, tools: DownloadTools, options: DownloadOptions) {
    this.segments = new Segments(info, tools.store);
    this.#info = info;
    this.#tools = tools;
    this.#options = options;
    this.#addresses = [info.url, ...(info.elsewhere === undefined ? [] : [info.elsewhere])];
  }

  async attempt(n: number): Promise<Download> {
    this.#isResumed = this.segments.length === this.#info.size;
    if (!this.#isResumed) await this.#fetch(n);
    const { bytes, etag } = this.segments;
    const sha256 = await this.#tools.digest(bytes);
    if (this.#info.sha256 && sha256 && sha256 !== this.#info.sha256)
      await this.#refuse("does not have the promised content");
    const files = await readZip(bytes).catch((cause: unknown) => {
      // Proven to be what was published: another try would bring the same.
      if (this.#info.sha256 && sha256) throw cause;
      return this.#refuse("cannot be read");
    });
    return {
      bytes,
      files,
      sha256: sha256 ?? this.#info.sha256,
      etag,
      lastModified: this.#lastModified,
      isResumed: this.#isResumed,
      fetched: this.#fetched,
    };
  }

  async #fetch(n: number): Promise<void> {
    const { signal } = this.#options;
    const end = new AbortController();
    const either = signal ? AbortSignal.any([signal, end.signal]) : end.signal;
    try {
      await this.#receive(await this.#request(n, either));
    } catch (cause) {
      await this.segments.save({ all: true });
      signal?.throwIfAborted();
      if (cause instanceof PackError) throw cause;
      throw new TryAgain("network", `Pack ${this.#info.key} did not arrive`, { cause });
    } finally {
      end.abort();
    }
  }

  /** Asks for the file, or for its rest; resolves once it begins to come. */
  async #request(n: number, signal: AbortSignal): Promise<Response> {
    const { fetch, origin } = this.#tools;
    const { segments } = this;
    const salt = n >= saltedFrom ? `${n}${this.#tools.now()}` : undefined;
    const address = this.#addresses[n % this.#addresses.length] ?? this.#info.url;
    const url = requestUrl(this.#info, address, { origin, salt });
    // Elsewhere `If-Range` would cost a preflight that many hosts refuse.
    const tag = segments.length > 0 && url.origin === origin ? segments.etag : undefined;
    const headers: HeadersInit = tag ? { Range: `bytes=${segments.length}-`, "If-Range": tag } : {};
    const response = await this.#patiently(
      fetch(url.href, { cache: "no-store", headers, signal, credentials: "omit" }),
    );
    this.#lastModified = response.headers.get("last-modified") ?? undefined;
    this.#isResumed = tag !== undefined && response.status === 206;
    if (response.status === 200) {
      await segments.drop();
      segments.etag = strongTag(response, url, origin);
    } else if (!this.#isResumed || !this.#isTheRest(response)) await this.#giveUpOn(response, address);
    return response;
  }

  #isTheRest(response: Response): boolean {
    const { size } = this.#info;
    return response.headers.get("content-range") === `bytes ${this.segments.length}-${size - 1}/${size}`;
  }

  async #giveUpOn(response: Response, address: string): Promise<never> {
    const { status } = response;
    const message = `Pack ${this.#info.key}: the host answers ${status}`;
    const isTransient = status < 400 || [408, 416, 425, 429].includes(status) || status >= 500;
    if (!isTransient) {
      this.#addresses = this.#addresses.filter((other) => other !== address);
      if (this.#addresses.length === 0) throw new PackError("missing", message);
      throw new TryAgain("missing", message, { waitMs: 0 });
    }
    // A range that does not fit means another file: what is here is of no use.
    if (status === 206 || status === 416) await this.segments.drop();
    throw new TryAgain("network", message, { waitMs: retryAfterMs(response, this.#tools.now()) });
  }

  async #receive(response: Response): Promise<void> {
    const { segments } = this;
    const { size } = this.#info;
    const reader = response.body?.getReader();
    if (!reader) throw new TryAgain("network", `Pack ${this.#info.key} came without content`);
    for (
      let read = await this.#patiently(reader.read());
      !read.done;
      read = await this.#patiently(reader.read())
    ) {
      this.#fetched += read.value.length;
      if (!segments.append(read.value)) await this.#refuse("is larger than promised");
      this.#options.onProgress?.(segments.length, size);
      await segments.save();
    }
    if (segments.length < size) await this.#refuse("is smaller than promised");
  }

  /** Gives up what stays silent for too long. */
  async #patiently<T>(work: Promise<T>): Promise<T> {
    const { stallMs } = this.#tools;
    const done = new AbortController();
    const stall = this.#tools.sleep(stallMs, done.signal).then(() => {
      throw new TryAgain("network", `Pack ${this.#info.key}: nothing came for ${stallMs} ms`);
    });
    stall.catch(() => undefined);
    try {
      return await Promise.race([work, stall]);
    } finally {
      done.abort();
    }
  }

  async #refuse(how: string): Promise<never> {
    await this.segments.drop();
    throw new TryAgain("integrity", `Pack ${this.#info.key} ${how}`);
  }
}
