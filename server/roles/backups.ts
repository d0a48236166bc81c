import type { Answer } from "#adapters/operator/orders.ts";
import { BackupFolder, type Kept } from "#adapters/sqlite/backup-folder.ts";
import { type BackupEnd, BackupProcess, type BackupProcessOptions } from "#adapters/sqlite/backup-process.ts";
import type { BackupKind } from "#adapters/sqlite/backup-kinds.ts";
import type { Report } from "#adapters/metrics/metrics.ts";
import type { Config } from "#server/config.ts";
import type { Nature } from "#engine/ports.ts";

/** A master that has just started has better things to do. */
const firstMs = 5 * 60_000;
/** After one that failed. */
const againMs = 10 * 60_000;

export interface BackupsOptions {
  readonly config: Pick<Config, "dataDir" | "dbPath" | "packDir" | "backups">;
  /** The file this program was started from. */
  readonly program: string;
  readonly nature: Pick<Nature, "now" | "wakeAt">;
  readonly report: Report;
}

/** Makes a backup every hour, and whenever somebody asks. */
export class Backups {
  readonly #options: BackupsOptions;
  #process: BackupProcess | undefined;
  #callOff: (() => void) | undefined;
  /** When the newest backup was made, by the wall clock, milliseconds. */
  #lastAt: number | undefined;
  #failure: string | undefined;
  #failures = 0;
  #isClosed = false;

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  /** From now on there is one every hour, counted from the last one of the masters before. */
  start(): void {
    const { backups } = this.#options.config;
    const kept = this.#kept();
    this.#lastAt = madeAt(kept[0]);
    if (backups.everyMs === 0) return;
    const last = madeAt(kept.find(({ record }) => record.kind === "hourly")) ?? 0;
    const dueMs = last + backups.everyMs - Date.now();
    this.#arm(Math.max(dueMs, Math.min(firstMs, backups.everyMs)));
  }

  /** Why an operator should look at the backups; `undefined` while all is well. */
  get note(): string | undefined {
    return this.#failure === undefined ? undefined : `the last backup failed: ${this.#failure}`;
  }

  /** How many failed since the start. */
  get failures(): number {
    return this.#failures;
  }

  /** Seconds since the newest one; `undefined` when there is none. */
  get ageSeconds(): number | undefined {
    return this.#lastAt === undefined ? undefined : Math.max(0, (Date.now() - this.#lastAt) / 1000);
  }

  /** Never rejects. */
  async make(kind: BackupKind, told: (progress: Answer) => void = () => {}): Promise<Answer> {
    if (this.#isClosed) return { type: "failed", reason: "shutting_down" };
    if (this.#process)
      return { type: "failed", reason: "try_later", cause: "another one is being made; order it again" };
    const { program, nature } = this.#options;
    const begun = nature.now();
    this.#process = new BackupProcess({ program, env: this.#env(), kind, told });
    const end = await this.#process.ended;
    this.#process = undefined;
    this.#ended(kind, end, nature.now() - begun);
    return end.type === "failed" ? { ...end, reason: "try_later" } : end;
  }

  /** One that is being made is given up: nothing of it is offered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#callOff?.();
    this.#process?.kill();
    await this.#process?.ended;
  }

  /** Whoever cannot read them will be told when the next one is made. */
  #kept(): readonly Kept[] {
    try {
      return new BackupFolder(this.#options.config.dataDir).list();
    } catch {
      return [];
    }
  }

  #arm(inMs: number): void {
    const { nature } = this.#options;
    this.#callOff = nature.wakeAt(nature.now() + inMs, () => void this.#hourly());
  }

  async #hourly(): Promise<void> {
    const { everyMs } = this.#options.config.backups;
    const { type } = await this.make("hourly");
    if (!this.#isClosed) this.#arm(type === "failed" ? Math.min(againMs, everyMs) : everyMs);
  }

  #ended(kind: BackupKind, end: BackupEnd, ms: number): void {
    if (this.#isClosed) return;
    const { report } = this.#options;
    if (end.type === "failed") {
      this.#failure = end.cause;
      this.#failures++;
      return report("backup.failed", { kind, reason: end.cause });
    }
    this.#failure = undefined;
    this.#lastAt = Date.now();
    report("backup.made", { kind, folder: end.folder, bytes: end.bytes, ms: Math.round(ms) });
  }

  #env(): BackupProcessOptions["env"] {
    const { dataDir, dbPath, packDir, backups } = this.#options.config;
    return {
      PORTCADE_DATA_DIR: dataDir,
      PORTCADE_DB_PATH: dbPath,
      PORTCADE_WORLD_PACK_DIR: packDir,
      PORTCADE_BACKUPS_HOURLY: String(backups.hourly),
      PORTCADE_BACKUPS_DAILY: String(backups.daily),
      PORTCADE_BACKUPS_BEFORE_DEPLOY: String(backups.beforeDeploy),
    };
  }
}

const madeAt = (kept: Kept | undefined): number | undefined => kept && Date.parse(kept.record.madeAt);
