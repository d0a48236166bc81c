import { type ChildProcess, spawn } from "node:child_process";

type Environment = Readonly<Record<string, string | undefined>>;

/** Pings in a watchdog's time: one may be late, and the next still comes before it bites. */
const pings = 3;
/** The program that says it for us: Node has no datagrams on Unix sockets. It ends with its input, so with us. */
const script = "while IFS= read -r line; do systemd-notify $line; done";

/**
 * Tells the service manager that started this process how it fares, where one wants to know (`NOTIFY_SOCKET`,
 * `WATCHDOG_USEC`): nobody who uses a service begins before it is ready, and one that hangs is started anew.
 */
export class Notifier implements Disposable {
  readonly #child: ChildProcess | undefined;
  readonly #watchdogMs: number;
  #ping: NodeJS.Timeout | undefined;

  /** @param pid of the process that is meant; a watchdog for another one is none of ours */
  constructor(env: Environment, pid: number) {
    const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, PATH } = env;
    const isWatched = WATCHDOG_PID === undefined || WATCHDOG_PID === String(pid);
    this.#watchdogMs = isWatched && WATCHDOG_USEC ? Number(WATCHDOG_USEC) / 1000 : 0;
    if (!NOTIFY_SOCKET) return;
    this.#child = spawn("/bin/sh", ["-c", script], {
      stdio: ["pipe", "ignore", "inherit"],
      env: { PATH, NOTIFY_SOCKET },
    });
    // A manager that cannot be told loses patience by itself; the game goes on until then.
    this.#child.on("error", () => {});
    this.#child.stdin?.on("error", () => {});
    this.#child.unref();
  }

  ready(): void {
    this.#say("READY=1");
    if (!(this.#watchdogMs > 0)) return;
    // That it is ready is said each time: a start does not fail because one word was lost.
    this.#ping = setInterval(() => this.#say("WATCHDOG=1 READY=1"), this.#watchdogMs / pings);
    this.#ping.unref();
  }

  stopping(): void {
    this.#say("STOPPING=1");
  }

  [Symbol.dispose](): void {
    clearInterval(this.#ping);
    this.#child?.stdin?.end();
  }

  #say(what: string): void {
    this.#child?.stdin?.write(`${what}\n`);
  }
}
