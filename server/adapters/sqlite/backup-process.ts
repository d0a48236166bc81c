import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { BackupKind } from "./backup-kinds.ts";

/** What the process that makes a backup says, one JSON object a line. */
const heard = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("progress"),
    step: z.enum(["copying", "checking", "keeping"]),
    percent: z.number().optional(),
  }),
  z.object({ type: z.literal("backedUp"), folder: z.string(), bytes: z.number() }),
  z.object({ type: z.literal("failed"), cause: z.string() }),
]);
export type BackupWord = z.infer<typeof heard>;
export type BackupEnd = Exclude<BackupWord, { type: "progress" }>;

export interface BackupProcessOptions {
  /** The file this program was started from; `backup make` of it makes the backup. */
  readonly program: string;
  /** Settings: where the data lies, and how many backups are kept. */
  readonly env: Readonly<Record<string, string>>;
  readonly kind: BackupKind;
  readonly told: (progress: Extract<BackupWord, { type: "progress" }>) => void;
}

/**
 * A backup made by a process of its own: copying, checking and waiting for the disk take the time of nobody who plays,
 * and a database that is damaged ends that process alone.
 */
export class BackupProcess {
  readonly #child: ChildProcess;
  /** Never rejects. */
  readonly ended: Promise<BackupEnd>;

  constructor({ program, env, kind, told }: BackupProcessOptions) {
    const { PATH, LD_LIBRARY_PATH } = process.env;
    this.#child = spawn(process.execPath, [program, "backup", "make", "--kind", kind], {
      env: { PATH, LD_LIBRARY_PATH, NODE_NO_WARNINGS: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    this.ended = this.#follow(told);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #follow(told: BackupProcessOptions["told"]): Promise<BackupEnd> {
    const { stdout, stderr } = this.#child;
    let last: BackupEnd | undefined;
    let complaint = "";
    if (stdout)
      createInterface({ input: stdout }).on("line", (line) => {
        const word = heard.safeParse(parse(line)).data;
        if (word?.type === "progress") told(word);
        else if (word) last = word;
      });
    if (stderr)
      createInterface({ input: stderr }).on("line", (line) => {
        complaint ||= line.slice(0, 200);
      });
    const { promise, resolve } = Promise.withResolvers<BackupEnd>();
    const fail = (why: string): void => resolve({ type: "failed", cause: complaint || why });
    this.#child.once("error", (error) => fail(error.message));
    this.#child.once("close", (code, signal) =>
      last ? resolve(last) : fail(`its process ended (${signal ?? code ?? "error"})`),
    );
    return promise;
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
