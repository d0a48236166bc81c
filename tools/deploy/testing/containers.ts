import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { must, type Outcome, run } from "./run.ts";

const dockerfile = fileURLToPath(new URL("../Dockerfile", import.meta.url));
const caddyfile = fileURLToPath(new URL("../../../Caddyfile", import.meta.url));
const base = "localhost/debian:bookworm";
const image = "localhost/portcade";
/** As the image of the registry is: where its settings, and what it keeps, lie. */
const caddyRecipe = `FROM ${base}
COPY caddy /usr/bin/caddy
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
WORKDIR /srv
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
`;
/** What podman wants on a machine with cgroup 1 and limits that cannot be raised. */
const engineConf = `[containers]
default_ulimits=["nofile=20000:20000","nproc=10000:10000"]
netns="host"
[engine]
runtime="runc"
cgroup_manager="cgroupfs"
events_logger="file"
`;

/** Images and containers of one test run, which go with it. They share this machine's network. */
export class Containers implements AsyncDisposable {
  /** For what belongs to one test run. */
  readonly dir: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(dir: string) {
    this.dir = dir;
    const networks = join(dir, "networks");
    mkdirSync(networks);
    writeFileSync(join(dir, "containers.conf"), `${engineConf}[network]\nnetwork_config_dir="${networks}"\n`);
    const [store, state] = [join(dir, "store"), join(dir, "run")];
    const storage = `[storage]\ndriver="overlay"\ngraphroot="${store}"\nrunroot="${state}"\n`;
    writeFileSync(join(dir, "storage.conf"), storage);
    this.#env = {
      ...process.env,
      CONTAINERS_CONF: join(dir, "containers.conf"),
      CONTAINERS_STORAGE_CONF: join(dir, "storage.conf"),
    };
  }

  /**
   * Builds the image of a release.
   *
   * @param builds the folder that `npm run build` made
   * @param system the folder of a bare Debian: it stands in for the one of the registry
   */
  static async build(builds: string, system: string): Promise<Containers> {
    const containers = new Containers(mkdtempSync(join(tmpdir(), "portcade-containers-")));
    const archive = join(containers.dir, "base.tar");
    const context = join(containers.dir, "context");
    mkdirSync(context);
    for (const part of ["server", "web", "world_packs"])
      cpSync(join(builds, part), join(context, "builds", part), {
        recursive: true,
        preserveTimestamps: true,
      });
    const excluded = ["./proc", "./sys", "./var/cache/apt"].map((path) => `--exclude=${path}`);
    await must("tar", ["-C", system, ...excluded, "-cf", archive, "."]);
    await containers.podman("import", archive, base);
    rmSync(archive);
    cpSync(caddyfile, join(context, "Caddyfile"));
    const from = ["--build-arg", "RELEASE=built", "--build-arg", `BASE=${base}`];
    const files = ["--file", dockerfile, "--ignorefile", `${dockerfile}.dockerignore`];
    const how = ["--isolation", "chroot", "--format", "docker", ...files];
    await containers.podman("build", ...how, ...from, "--tag", image, context);
    rmSync(context, { recursive: true });
    return containers;
  }

  /** An image with this machine's Caddy stands in for one of the registry, under its name. */
  async buildCaddy(name: string, program: string): Promise<void> {
    const context = join(this.dir, "caddy");
    mkdirSync(context);
    cpSync(program, join(context, "caddy"));
    writeFileSync(join(context, "Dockerfile"), caddyRecipe);
    await this.podman("build", "--isolation", "chroot", "--tag", name, context);
  }

  /** @throws with what it said, when podman fails */
  podman(...args: string[]): Promise<string> {
    return must("podman", args, { env: this.#env });
  }

  /** A command in a container of its own, to its end. */
  run(options: readonly string[], ...command: string[]): Promise<Outcome> {
    return run("podman", ["run", "--rm", ...options, image, ...command], { env: this.#env });
  }

  /** Starts a container, which stays when it has stopped. */
  start(name: string, options: readonly string[], of = image): Container {
    const args = ["run", "--name", name, ...options, of];
    return new Container(name, spawn("podman", args, { env: this.#env, stdio: ["ignore", "pipe", "pipe"] }));
  }

  /** Starts one again that has stopped. */
  restart(name: string): Container {
    const args = ["start", "--attach", name];
    return new Container(name, spawn("podman", args, { env: this.#env, stdio: ["ignore", "pipe", "pipe"] }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("podman", ["rm", "--all", "--force"], { env: this.#env });
    await run("podman", ["rmi", "--all", "--force"], { env: this.#env });
    await run("podman", ["network", "prune", "--force"], { env: this.#env });
    await run("umount", [join(this.dir, "store", "overlay")]);
    rmSync(this.dir, { recursive: true, force: true });
    // Groups that still have a process stay.
    for (const controller of readdirSync("/sys/fs/cgroup"))
      await run("find", [
        `/sys/fs/cgroup/${controller}/libpod_parent`,
        ..."-depth -type d -exec rmdir {} +".split(" "),
      ]);
  }
}

/** A container that runs, and what it says. */
export class Container {
  readonly name: string;
  /** Its exit code. */
  readonly ended: Promise<number>;
  readonly #said: string[] = [];
  readonly #wanted: { readonly event: string; readonly found: () => void }[] = [];

  constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.ended = once(child, "close").then(([code]) => Number(code));
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on("line", (line) => this.#hear(line));
  }

  /** Resolves when it has said this. @throws with all it said, when it ends before */
  async says(text: string): Promise<void> {
    if (this.#said.some((line) => line.includes(text))) return;
    const { promise, resolve } = Promise.withResolvers<true>();
    this.#wanted.push({ event: text, found: () => resolve(true) });
    if (await Promise.race([promise, this.ended.then(() => false)])) return;
    throw new Error(`it ended without ${text}:\n${this.said}`);
  }

  get said(): string {
    return this.#said.join("\n");
  }

  #hear(line: string): void {
    this.#said.push(line);
    for (const { event, found } of this.#wanted) if (line.includes(event)) found();
  }
}
