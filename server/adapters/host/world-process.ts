import { closeSync, rmSync } from "node:fs";
import type { Writable } from "node:stream";
import { execa } from "execa";
import type { LaunchOrder } from "#shared/protocol/launch-master.ts";
import type { Blank } from "./words.ts";

/** What a world process is started from. Nothing here is secret: the order alone is, and it travels by the pipe. */
export interface WorldProgram {
  /** The one bundled file of the world role. */
  readonly bundle: string;
  /** The folder of built worlds; with the bundle, all a world may read. */
  readonly worlds: string;
  readonly logFormat: string;
}

/** How a process ended: with a code or by a signal; with neither when it never started, or was not ours. */
export interface Ending {
  readonly code?: number | undefined;
  readonly signal?: string | undefined;
}

/** A process started by this master: spare until it is assigned. */
export interface WorldProcess {
  /** Resolves to its process id; to `undefined` when it could not be started. */
  readonly running: Promise<number | undefined>;
  /** The path of the file it writes its last words to, while nobody has given it another; it goes with the process. */
  readonly blank: string | undefined;
  readonly ended: Promise<Ending>;
  assign(order: LaunchOrder): void;
  /** Ends the pipe: a spare then leaves by itself. */
  dismiss(): void;
  kill(): void;
}

const heapMb = 256;
/** What is new is thrown away sooner: a crowd of 800 takes 92 MB so, and 117 MB with Node's own 16. */
const newSpaceMb = 4;
/** The fd the order comes by; `server/roles/world.ts` reads it. */
const orderFd = 3;
/** The fd it writes its last words to. */
export const wordsFd = 4;

/**
 * Starts one world process: its own process group, so that a Ctrl-C meant for the master does not reach
 * it; output to wherever ours goes, never through us; a bare environment.
 */
export function startWorldProcess(program: WorldProgram, blank: Blank | undefined): WorldProcess {
  const child = execa(process.execPath, worldArguments(program), {
    detached: true,
    cleanup: false,
    // Any descriptor will do; the type lists the first few.
    stdio: ["ignore", "inherit", "inherit", "pipe", (blank?.fd as 9 | undefined) ?? "ignore"],
    buffer: false,
    reject: false,
    extendEnv: false,
    env: worldEnvironment(program),
  });
  if (blank) closeSync(blank.fd);
  const pipe = child.stdio[orderFd] as unknown as Writable | undefined;
  // The process may be gone before it has read its order; its exit says so.
  pipe?.on("error", () => {});
  return {
    running: Promise.resolve(child.pid),
    blank: blank?.path,
    ended: child.then(({ exitCode: code, signal }) => {
      if (blank) rmSync(blank.path, { force: true });
      return { code, signal };
    }),
    assign: (order) => void pipe?.end(`${JSON.stringify(order)}\n`),
    dismiss: () => void pipe?.end(),
    kill: () => void child.kill("SIGKILL"),
  };
}

/** What Node is started with: what the process may do, and whose program it is. */
export function worldArguments({ bundle, worlds }: Pick<WorldProgram, "bundle" | "worlds">): string[] {
  return [
    "--permission",
    "--allow-net",
    `--allow-fs-read=${bundle}`,
    `--allow-fs-read=${worlds}`,
    `--max-old-space-size=${heapMb}`,
    `--max-semi-space-size=${newSpaceMb}`,
    "--disable-proto=delete",
    "--disable-warning=ExperimentalWarning",
    bundle,
  ];
}

/** All that a world's environment holds. */
export function worldEnvironment({ logFormat }: Pick<WorldProgram, "logFormat">): Record<string, string> {
  return {
    PORTCADE_LOG_FORMAT: logFormat,
    ...inherited("PORTCADE_APP_VERSION", "LD_LIBRARY_PATH", "SystemRoot", "TZ"),
  };
}

function inherited(...names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = process.env[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}
