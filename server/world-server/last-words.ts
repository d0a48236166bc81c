import { fstatSync, ftruncateSync, writeSync } from "node:fs";
import type { LastWords as Words } from "#shared/protocol/launch-master.ts";
import type { Log } from "./log.ts";

/** A place that holds one text, or nothing. */
export interface Slate {
  /** Replaces what was there. @throws why that cannot be done */
  write(text: string): void;
}

/** What a launch leaves behind in case it ends before its master is back. A disk that is full or gone ends no game. */
export class LastWords {
  readonly #slate: Slate | undefined;
  readonly #launch: string;
  readonly #log: Log;
  #isEmpty = true;
  #hasFailed = false;

  constructor(slate: Slate | undefined, launch: string, log: Log) {
    this.#slate = slate;
    this.#launch = launch;
    this.#log = log;
  }

  write(words: Omit<Words, "launch"> | undefined): void {
    if (words) this.#put(JSON.stringify({ launch: this.#launch, ...words }));
  }

  clear(): void {
    if (!this.#isEmpty) this.#put("");
  }

  #put(text: string): void {
    try {
      this.#slate?.write(text);
      this.#isEmpty = text === "";
    } catch (error) {
      this.#isEmpty = false;
      if (!this.#hasFailed) this.#log.warn("words.failed", `last words cannot be written: ${String(error)}`);
      this.#hasFailed = true;
    }
  }
}

/** The file this process has inherited as `fd`; `undefined` when that is no file. */
export function slateAt(fd: number): Slate | undefined {
  if (!isFile(fd)) return undefined;
  let length = 0;
  return {
    write(text) {
      const bytes = Buffer.from(text);
      // The rest of a longer text becomes blank in the same moment: whenever this process ends, one text is there.
      const blank = Buffer.alloc(Math.max(0, length - bytes.length), " ");
      length = Math.max(length, bytes.length);
      if (writeSync(fd, Buffer.concat([bytes, blank]), 0, length, 0) < length)
        throw new Error("no space left");
      ftruncateSync(fd, bytes.length);
      length = bytes.length;
    },
  };
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}
