import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readLaunchArgs } from "#client/app/launch-args.ts";
import { playScenario } from "#client/app/scenarios.ts";
import { manifestFile, readManifest, releaseFolders } from "#tools/artifacts/manifest.ts";
import { createHeadless, type Headless, type HeadlessOptions } from "#tools/headless/headless.ts";
import { nodePacks } from "#tools/headless/packs.ts";
import { MasterProcess, type MasterSettings } from "./master-process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What of a client's lines the smoke itself repeats. */
const toldMarkers =
  /^([A-Z_]+_(STEP|PASS|FAIL|PHASE\w*)|WORLD_CRASH_RECOVERY_READY|PROJECT_VERSION_REJECTED|CONNECTION_PROMPT)\b/;

/** How every smoke ends. */
export const smokeExit = { passed: 0, failed: 2, late: 3 } as const;

export class SmokeFailure extends Error {
  override readonly name = "SmokeFailure";
}

type Values = Readonly<Record<string, string | undefined>>;

export interface SmokeOptions {
  readonly name: string;
  /** The words before `_PASS`, `_FAIL` and `_TIMEOUT`. */
  readonly marker: string;
  readonly timeoutS: number;
  /** Further options of the command line, with their defaults. */
  readonly options?: Readonly<Record<string, string>>;
}

/**
 * Runs one smoke to its end: its output under `.logs/<name>/`, everything it started ended, an exit code that says how
 * it went. The body returns the facts of the pass line, and throws what went wrong.
 */
export async function runSmoke(
  { name, marker, timeoutS, options = {} }: SmokeOptions,
  body: (smoke: SmokeRun, values: Values) => Promise<string>,
): Promise<void> {
  const strings = Object.entries({ timeout: String(timeoutS), ...options });
  const values = readOptions(new Map(strings));
  const smoke = new SmokeRun(name);
  const timeoutMs = Number(values["timeout_ms"] || Number(values["timeout"]) * 1000);
  const late = new Promise<"late">((resolve) => void setTimeout(resolve, timeoutMs, "late").unref());
  try {
    if (values["built"]) smoke.copyRelease();
    const outcome = await Promise.race([body(smoke, values as Values), late]);
    process.exitCode = outcome === "late" ? smokeExit.late : smokeExit.passed;
    smoke.say(
      outcome === "late" ? `${marker}_TIMEOUT seconds=${timeoutMs / 1000}` : `${marker} ${outcome}`.trim(),
    );
  } catch (error) {
    process.exitCode = smokeExit.failed;
    smoke.say(
      `${marker.replace(/_PASS$|_DONE$/, "")}_FAIL ${error instanceof SmokeFailure ? error.message : String((error as Error).stack)}`,
    );
  }
  await smoke.end();
  process.exit();
}

/** @param strings the options that take a value, with their defaults */
function readOptions(
  strings: ReadonlyMap<string, string>,
): Readonly<Record<string, string | boolean | undefined>> {
  const named = [...strings].map(([name, value]) => [name, { type: "string", default: value }] as const);
  const options = {
    ...Object.fromEntries(named),
    built: { type: "boolean" },
    // Whether to build first is for `tools/run.mjs`, which starts this.
    "skip-build": { type: "boolean" },
  } as const;
  return parseArgs({ options }).values;
}

/** One smoke under way: its folder, the masters and players it has started. */
export class SmokeRun {
  readonly folder: string;
  readonly #masters: MasterProcess[] = [];
  readonly #players: Headless[] = [];
  readonly #temporary: string[] = [];
  #release: string | undefined;

  constructor(name: string) {
    this.folder = join(root, ".logs", name);
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
  }

  say(line: string): void {
    const stamped = `${new Date().toISOString()} ${line}`;
    console.log(stamped);
    appendFileSync(join(this.folder, "smoke.log"), `${stamped}\n`);
  }

  /** @throws SmokeFailure unless it holds */
  check(holds: boolean, what: string): void {
    if (!holds) throw new SmokeFailure(what);
  }

  /** A new empty folder, gone when the smoke ends. */
  emptyFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "portcade-smoke-"));
    this.#temporary.push(folder);
    return folder;
  }

  /** From here on masters are started from a copy of what was built, with no checkout around it. */
  copyRelease(): void {
    const builds = join(root, "builds");
    this.check(
      existsSync(join(builds, manifestFile)),
      "builds/ holds no release; run npm run build, or leave out --skip-build",
    );
    const { version, release_commit } = readManifest(builds);
    const copy = this.emptyFolder();
    for (const part of [...releaseFolders, manifestFile])
      cpSync(join(builds, part), join(copy, part), { recursive: true, preserveTimestamps: true });
    this.#release = copy;
    this.say(`SMOKE_STEP built=${version} commit=${release_commit ?? "none"}`);
  }

  async master(
    settings: MasterSettings["settings"] = {},
    dataDir = this.emptyFolder(),
  ): Promise<MasterProcess> {
    const logFile = join(this.folder, `master-${this.#masters.length + 1}.log`);
    const master = new MasterProcess({ dataDir, logFile, settings, release: this.#release });
    this.#masters.push(master);
    await master.ready();
    return master;
  }

  /** A player with a pack cache of its own, unless it is given a folder. Its lines go to `client-<n>.log`. */
  player(master: string, { cacheDir = this.emptyFolder(), ...more }: PlayerOptions = {}): SmokePlayer {
    const number = this.#players.length + 1;
    const lines: string[] = [];
    const log = (line: string): void => {
      lines.push(line);
      appendFileSync(join(this.folder, `client-${number}.log`), `${new Date().toISOString()} ${line}\n`);
      if (toldMarkers.test(line)) this.say(`[client ${number}] ${line}`);
    };
    const headless = createHeadless({ master, packs: nodePacks(cacheDir), log, ...more });
    this.#players.push(headless);
    return { headless, lines, play: (args) => this.#play(headless, master, args, log) };
  }

  async end(): Promise<void> {
    await Promise.all(this.#players.map((player) => player[Symbol.asyncDispose]()));
    await Promise.all(this.#masters.map((master) => master.stop()));
    for (const folder of this.#temporary) rmSync(folder, { recursive: true, force: true });
  }

  async #play(headless: Headless, master: string, args: string, log: (line: string) => void): Promise<void> {
    const passed = await playScenario(readLaunchArgs(args), { client: headless.client, master, log });
    this.check(passed === true, `the client did not pass ${args}`);
  }
}

export type PlayerOptions = Partial<Pick<HeadlessOptions, "version" | "query" | "storage" | "patienceMs">> & {
  readonly cacheDir?: string;
};

export interface SmokePlayer {
  readonly headless: Headless;
  /** Everything the client has logged. */
  readonly lines: readonly string[];
  /** Plays launch args to their end. @throws SmokeFailure unless they pass */
  play(args: string): Promise<void>;
}
