import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TestCaddy } from "#tools/edge/testing-caddy.ts";
import { MasterProcess } from "#tools/smoke/master-process.ts";
import { findCaddy } from "#tools/test/caddy.ts";
import { freePorts } from "#tools/test/free-ports.ts";
import { Cage, whyNoCage } from "./cage.ts";
import { canPin, serverCore } from "./processor.ts";

const builds = fileURLToPath(new URL("../../builds", import.meta.url));

/** Everybody comes from this machine, and nobody is measured who is refused. */
const settings = {
  WORLD_LISTEN: "unix",
  WARM_SPARES: 0,
  WORLD_IDLE_SECONDS: 3600,
  LIMIT_PLAYERS_TOTAL: 2000,
  LIMIT_CONNECTIONS_TOTAL: 4000,
  LIMIT_CONNECTIONS_PER_ADDRESS: 4000,
  LIMIT_SESSIONS_PER_MINUTE: 10_000,
} as const;

/** Why there can be no small machine here; `undefined` when there can. */
export function whyNoStack(): string | undefined {
  const caddy = findCaddy();
  if ("advice" in caddy) return caddy.advice;
  if (!existsSync(join(builds, "deployment_manifest.json"))) return "there is no release; npm run build";
  return whyNoCage();
}

/** A release as it is deployed, behind the shipped Caddyfile, on a machine of one core. */
export class SmallStack implements AsyncDisposable {
  readonly cage: Cage;
  /** The master's address, as players dial it. */
  readonly url: string;
  readonly #ends = new AsyncDisposableStack();

  private constructor(cage: Cage, url: string) {
    this.cage = cage;
    this.url = url;
  }

  /** @param memoryBytes of the whole machine, without its system */
  static async start(memoryBytes: number): Promise<SmallStack> {
    const folder = mkdtempSync(join(tmpdir(), "portcade-small-"));
    const https = await freePorts(2);
    const cage = new Cage({ memoryBytes, cores: 1 });
    const stack = new SmallStack(cage, `wss://localhost:${https}/`);
    const ends = stack.#ends;
    ends.defer(() => rmSync(folder, { recursive: true, force: true }));
    ends.use(cage);
    try {
      const inside = installed(folder, cage);
      const master = new MasterProcess({
        dataDir: join(folder, "data"),
        logFile: join(folder, "master.log"),
        release: join(folder, "release"),
        by: [inside],
        settings: {
          ...settings,
          PORT: https + 1,
          PUBLIC_MASTER_URL: stack.url,
          PUBLIC_WORLD_URL_TEMPLATE: `${stack.url}{world_key}`,
        },
      });
      ends.defer(async () => {
        await master.stop();
        await master.gone;
      });
      await master.ready();
      const caddy = await TestCaddy.start({
        program: join(folder, "caddy-inside"),
        httpsPort: https,
        env: { PORTCADE_PORT: String(https + 1), PORTCADE_SOCKETS: join(folder, "data", "worlds") },
      });
      ends.use(caddy);
    } catch (error) {
      await ends.disposeAsync();
      throw error;
    }
    return stack;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#ends.disposeAsync();
  }
}

/**
 * Puts release and Caddy into a folder, of which the kernel keeps nothing in memory yet: what it keeps of a file
 * counts for those who read it first.
 *
 * @returns a program that runs another one inside the cage, on one core
 */
function installed(folder: string, cage: Cage): string {
  const caddy = findCaddy();
  const release = join(folder, "release");
  for (const part of ["server", "web", "world_packs"])
    cpSync(join(builds, part), join(release, part), { recursive: true, preserveTimestamps: true });
  copyFileSync("path" in caddy ? caddy.path : "", join(folder, "caddy"));
  forget(folder);
  const pinned = canPin ? `taskset --cpu-list ${serverCore} ` : "";
  const inside = (file: string, command: string): string => {
    const path = join(folder, file);
    writeFileSync(path, `#!/bin/sh\nset -e\n${cage.entrance}\nexec ${pinned}${command} "$@"\n`);
    chmodSync(path, 0o755);
    return path;
  };
  inside("caddy-inside", join(folder, "caddy"));
  return inside("inside", "");
}

function forget(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      spawnSync("dd", [`of=${join(entry.parentPath, entry.name)}`, ...uncached], { stdio: "ignore" });
}

/** Writes nothing, and has what is written already leave the memory. */
const uncached = ["oflag=nocache", "conv=notrunc,fdatasync", "count=0"];
