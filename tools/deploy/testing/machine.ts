import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { must, type Outcome, run } from "./run.ts";

/** Controllers whose limits units of the machine set; each needs a group of the machine's own to be real. */
const controllers = ["memory", "cpu", "cpuacct", "pids"];
/** By these a systemd knows whose a process is. Two machines in one group take each other's units for their own. */
const trackers = ["systemd", "unified"];
const lookMs = 50;
const bootMs = 60_000;
/** Joins the groups named first, then becomes the command. */
const joining = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift; exec "$@"';

/** A machine with a systemd of its own, its own network without a way out, and a disk that goes with it. */
export class Machine implements AsyncDisposable {
  /** Its disk, as seen from here. */
  readonly root: string;
  readonly #dir: string;
  readonly #groups: readonly string[];
  #process: ChildProcess | undefined;
  #leader = 0;

  private constructor(dir: string) {
    this.#dir = dir;
    this.root = join(dir, "root");
    this.#groups = [...controllers, ...trackers]
      .filter((name) => existsSync(`/sys/fs/cgroup/${name}`))
      .map((name) => ownGroup(name, dir));
  }

  /** @param base the folder of a bare system, which stays as it is */
  static async create(base: string): Promise<Machine> {
    const dir = mkdtempSync(join(tmpdir(), "portcade-machine-"));
    for (const name of ["disk", "work", "root"]) mkdirSync(join(dir, name));
    const layers = `lowerdir=${base},upperdir=${dir}/disk,workdir=${dir}/work`;
    await must("mount", ["-t", "overlay", "overlay", "-o", layers, join(dir, "root")]);
    const machine = new Machine(dir);
    await machine.boot();
    return machine;
  }

  async boot(): Promise<void> {
    for (const group of this.#groups) mkdirSync(group, { recursive: true });
    const nspawn = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network"];
    const options = [
      `--directory=${this.root}`,
      `--machine=${basename(this.#dir)}`,
      "--hostname=portcade",
      "--kill-signal=SIGRTMIN+3",
      "--boot",
    ];
    const command = [...nspawn, "--console=read-only", ...options];
    const child = spawn("sh", ["-c", joining, "sh", ...this.#groups, "--", ...command], {
      detached: true,
      stdio: ["ignore", "ignore", "ignore"],
    });
    this.#process = child;
    await this.#untilUp(child);
    for (const name of controllers)
      if (existsSync(`/sys/fs/cgroup/${name}`))
        await this.must(`mount -o remount,rw,bind /sys/fs/cgroup/${name}`);
    await this.must("systemctl daemon-reexec");
    // It has been told to, and may not listen again yet.
    await this.#untilUp(child);
  }

  /** Runs a line of shell in it, as root. */
  exec(line: string, input = ""): Promise<Outcome> {
    return run("nsenter", [`--target=${this.#leader}`, "--all", "/bin/bash", "-c", line], {
      input,
      env: environment,
    });
  }

  /** @throws with what it said, when the line fails */
  async must(line: string): Promise<string> {
    const { code, stdout, stderr } = await this.exec(line);
    if (code !== 0) throw new Error(`${line} failed (${code}):\n${stdout}${stderr}`);
    return stdout;
  }

  /** How a program of this machine is started in its network: ports there are on 127.0.0.1. */
  inItsNetwork(...command: string[]): [string, string[]] {
    return ["nsenter", [`--target=${this.#leader}`, "--net", ...command]];
  }

  /** Puts a file or folder of this machine at `to` there, times and modes kept. */
  copyIn(from: string, to: string): void {
    mkdirSync(dirname(join(this.root, to)), { recursive: true });
    cpSync(from, join(this.root, to), { recursive: true, preserveTimestamps: true });
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  /** As when somebody pulls the plug. */
  async cutPower(): Promise<void> {
    const gone = this.#gone();
    process.kill(this.#leader, "SIGKILL");
    await gone;
  }

  async shutDown(): Promise<void> {
    const gone = this.#gone();
    this.#process?.kill("SIGTERM");
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process?.exitCode === null && this.#process.signalCode === null)
      await (this.#leader > 0 ? this.cutPower() : void this.#process.kill("SIGKILL"));
    await must("umount", [this.root]);
    rmSync(this.#dir, { recursive: true, force: true });
    for (const group of this.#groups)
      await run("find", [group, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"]);
  }

  #gone(): Promise<unknown> {
    const child = this.#process as ChildProcess;
    return child.exitCode === null && child.signalCode === null ? once(child, "exit") : Promise.resolve();
  }

  async #untilUp(child: ChildProcess): Promise<void> {
    const until = performance.now() + bootMs;
    while (!(await this.#isUp())) {
      if (child.exitCode !== null || performance.now() > until) throw new Error("the machine does not boot");
      await pause(lookMs);
    }
  }

  async #isUp(): Promise<boolean> {
    this.#leader = childrenOf(this.#process?.pid ?? 0).find((pid) => nameOf(pid) === "systemd") ?? 0;
    if (this.#leader === 0) return false;
    const { stdout } = await this.exec("systemctl is-system-running");
    return ["running", "degraded"].includes(stdout.trim());
  }
}

const environment = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" };

/** The group of this process, and one below it for a machine. */
function ownGroup(controller: string, dir: string): string {
  const named = { systemd: "name=systemd", unified: "" }[controller] ?? controller;
  const line = readFileSync("/proc/self/cgroup", "utf8")
    .split("\n")
    .find((line) => line.split(":")[1] === named);
  return join("/sys/fs/cgroup", controller, line?.split(":")[2] ?? "", basename(dir));
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}
