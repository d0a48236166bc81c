import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The Caddyfile at the top of the repository. */
export const shippedCaddyfile = fileURLToPath(new URL("../../Caddyfile", import.meta.url));

export interface CaddyOptions {
  readonly program: string;
  readonly httpsPort: number;
  /** The names it answers to. */
  readonly hosts?: readonly string[];
  /** What the Caddyfile takes from outside. */
  readonly env?: Readonly<Record<string, string>>;
  /** More sites, after those of the Caddyfile. */
  readonly sites?: string;
  /** Instead of the shipped one; it begins with its global options. */
  readonly text?: string;
}

/** A real Caddy, with certificates of its own making, in a folder of its own. */
export class TestCaddy implements AsyncDisposable {
  readonly #options: CaddyOptions;
  readonly #dir = mkdtempSync(join(tmpdir(), "portcade-caddy-"));
  readonly #settings: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  #end: () => Promise<void> = () => Promise.resolve();

  private constructor(options: CaddyOptions) {
    this.#options = options;
    const config = join(this.#dir, "Caddyfile");
    this.#settings = ["--config", config, "--adapter", "caddyfile"];
    this.#env = {
      PATH: process.env["PATH"],
      HOME: this.#dir,
      XDG_CONFIG_HOME: this.#dir,
      XDG_DATA_HOME: this.#dir,
      PORTCADE_CADDY_ADMIN: `unix/${this.#dir}/admin.sock`,
      ...options.env,
    };
    this.#write("");
  }

  /** Resolves when it serves, and has the certificates for it. */
  static async start(options: CaddyOptions): Promise<TestCaddy> {
    const caddy = new TestCaddy(options);
    try {
      await caddy.#run();
    } catch (error) {
      await caddy[Symbol.asyncDispose]();
      throw error;
    }
    return caddy;
  }

  /** Has it read its settings again, which have changed, as after a deploy that brought others. */
  async reload(): Promise<void> {
    this.#write("# changed\n");
    await promisify(execFile)(this.#options.program, ["reload", "--force", ...this.#settings], {
      env: this.#env,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #write(more: string): void {
    const { text = readFileSync(shippedCaddyfile, "utf8"), sites = "", httpsPort } = this.#options;
    const globals = [
      // Tells when a certificate can be used.
      "debug",
      "skip_install_trust",
      "local_certs",
      "auto_https disable_redirects",
      `https_port ${httpsPort}`,
      `storage file_system ${this.#dir}/store`,
    ];
    const own = text.replace(/^\{\n/m, `{\n${globals.map((line) => `\t${line}\n`).join("")}`);
    writeFileSync(join(this.#dir, "Caddyfile"), `${own}\n${sites}\n${more}`);
  }

  async #run(): Promise<void> {
    const child = spawn(this.#options.program, ["run", ...this.#settings], {
      env: this.#env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#end = async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    };
    // Read to its end: a Caddy whose log nobody reads is ended by its own next line.
    const lines = createInterface({ input: child.stderr });
    const heard: string[] = [];
    // It serves before it has certificates to serve with.
    const wanted = new Map([["serving", /"serving initial configuration"/]]);
    for (const host of this.#options.hosts ?? ["localhost"])
      wanted.set(host, new RegExp(`"name":"cached_managed_cert".*"sans":\\["${host}"\\]`));
    await new Promise<void>((resolve, reject) => {
      lines.on("line", (line) => {
        heard.push(line);
        for (const [name, words] of wanted) if (words.test(line)) wanted.delete(name);
        if (wanted.size === 0) resolve();
      });
      lines.once("close", () => reject(new Error(`Caddy ended before it served:\n${heard.join("\n")}`)));
    });
  }
}
