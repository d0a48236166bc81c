import type { Writable } from "node:stream";
import { execa } from "execa";
import type { LaunchOrder } from "#shared/protocol/launch-master.ts";

/** What a world process is started from. Nothing here is secret: the order alone is, and it travels by the pipe. */
export interface WorldProgram {
  /** The one bundled file of the world role. */
  readonly bundle: string;
  /** The folder of built worlds; with the bundle, all a world may read. */
  readonly worlds: string;
  readonly logFormat: string;
}

/** A process started by this master: spare until it is assigned. */
export interface WorldProcess {
  /** `undefined` when it could not be started. */
  readonly pid: number | undefined;
  /** The exit code, `undefined` after a signal or when it never started. */
  readonly ended: Promise<number | undefined>;
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

/**
 * Starts one world process: its own process group, so that a Ctrl-C meant for the master does not reach
 * it; output to wherever ours goes, never through us; a bare environment.
 */
export function startWorldProcess({ bundle, worlds, logFormat }: WorldProgram): WorldProcess {
  const child = execa(process.execPath, worldArguments({ bundle, worlds }), {
    detached: true,
    cleanup: false,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
    buffer: false,
    reject: false,
    extendEnv: false,
    env: {
      PORTCADE_LOG_FORMAT: logFormat,
      ...inherited("PORTCADE_APP_VERSION", "LD_LIBRARY_PATH", "SystemRoot", "TZ"),
    },
  });
  const pipe = child.stdio[orderFd] as unknown as Writable | undefined;
  // The process may be gone before it has read its order; its exit says so.
  pipe?.on("error", () => {});
  return {
    pid: child.pid,
    ended: child.then(({ exitCode }) => exitCode),
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

function inherited(...names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = process.env[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}
