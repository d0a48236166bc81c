import { openSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { lastWords, type LastWords } from "#shared/protocol/launch-master.ts";
import { makeFolder } from "../make-folder.ts";

/** A full world's places and its rules' state, escaped, are far shorter. */
const mostBytes = 4 * 1024 * 1024;
const ending = ".words";

/** An empty file for the last words of a process that belongs to no launch yet. */
export interface Blank {
  readonly path: string;
  /** To be inherited by the process, and closed afterwards. */
  readonly fd: number;
}

/**
 * Where launches write down what they cannot tell a master that is away: `<launch>.words`, open in the process
 * from its start, so that it needs no right to write files. A spare's file has another name until it is assigned.
 */
export class Words {
  readonly #dir: string;
  #made = 0;

  /** @param dir where the records of launches lie; the files of spares that a former master left go at once */
  constructor(dir: string) {
    this.#dir = dir;
    makeFolder(dir, 0o700);
    for (const name of readdirSync(dir))
      if (name.endsWith(".blank")) rmSync(join(dir, name), { force: true });
  }

  /** @throws the system's error when the disk takes no file */
  blank(): Blank {
    const path = join(this.#dir, `${process.pid}-${++this.#made}.blank`);
    return { path, fd: openSync(path, "w", 0o600) };
  }

  /** From now on it is this launch's. */
  claim(blank: string, launch: string): void {
    renameSync(blank, this.#path(launch));
  }

  /** `undefined` when nothing was left; throws when what was left cannot be understood. */
  read(launch: string): LastWords | undefined {
    const path = this.#path(launch);
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size === 0) return undefined;
    if (size > mostBytes) throw new Error(`${size} bytes of last words`);
    const read = lastWords.safeParse(parse(readFileSync(path, "utf8")));
    if (!read.success) throw new Error("last words of no known form");
    if (read.data.launch !== launch) throw new Error("last words of another launch");
    return read.data;
  }

  /** Launches that have a file here. */
  all(): string[] {
    return readdirSync(this.#dir).flatMap((name) =>
      name.endsWith(ending) ? name.slice(0, -ending.length) : [],
    );
  }

  forget(launch: string): void {
    rmSync(this.#path(launch), { force: true, recursive: true });
  }

  #path(launch: string): string {
    return join(this.#dir, `${launch}${ending}`);
  }
}

/** An error of the parser would tell what it read. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
