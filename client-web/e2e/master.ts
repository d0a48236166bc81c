import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface RunningMaster extends AsyncDisposable {
  /** The page's address, with a slash at the end. */
  readonly url: string;
  /** Everything the master and its worlds have said. */
  log(): string;
  /** The process that runs a world now. */
  worldPid(key: string): number;
  /** Ends it; with SIGKILL without a word to anybody. */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
}

export interface MasterSetup {
  readonly env?: Readonly<Record<string, string>>;
  /** Kept after the end when given. */
  readonly dataDir?: string;
  /** More of what stands on the command line. */
  readonly args?: readonly string[];
}

/** Starts the real master on free ports, with data of its own. */
export async function startMaster({
  env = {},
  dataDir,
  args = [],
}: MasterSetup = {}): Promise<RunningMaster> {
  const data = dataDir ?? mkdtempSync(join(tmpdir(), "portcade-e2e-"));
  const child = spawn(process.execPath, ["server/main.ts", "start", "--log-format", "json", ...args], {
    cwd: root,
    env: {
      ...process.env,
      PORTCADE_PORT: "0",
      PORTCADE_WORLD_PORT_BASE: "0",
      PORTCADE_DATA_DIR: data,
      PORTCADE_MASTER_LOSS_SECONDS: "3",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (bytes: Buffer): void => {
      said += bytes.toString();
      const page = /"page":"([^"]+)"/.exec(said)?.[1];
      if (page !== undefined) resolve(page);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code) => reject(new Error(`The master ended with ${code}:\n${said}`)));
  });
  const stop = async (signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  return {
    url,
    log: () => said,
    worldPid: (key) =>
      Number([...said.matchAll(new RegExp(`MASTER_WORLD_STARTED key=${key} pid=(\\d+)`, "g"))].at(-1)?.[1]),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      if (dataDir === undefined) rmSync(data, { recursive: true, force: true });
    },
  };
}
