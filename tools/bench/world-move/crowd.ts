import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { clientFrame, upgradeTo } from "./client-socket.ts";
import type { Line } from "./line.ts";
import type { Walker } from "./walkers.ts";

export interface CrowdOptions {
  /** The compiled crowd.c. */
  readonly program: string;
  readonly port: number;
  readonly periodMs: number;
  /** So many inputs are made in advance for each. */
  readonly steps: number;
  readonly failed: (reason: string) => void;
}

export interface Received {
  readonly frames: number;
  readonly bytes: number;
}

/** Clients nobody looks at, in a process of their own that costs little: what they say is made here in advance. */
export class Crowd {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #failed: (reason: string) => void;

  private constructor(child: ChildProcess, failed: (reason: string) => void) {
    this.#child = child;
    this.#failed = failed;
    this.pid = child.pid ?? Number.NaN;
    if (!child.stdout) throw new Error("the crowd cannot be heard");
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stdin?.on("error", () => failed("the crowd has ended"));
  }

  /** Resolves when everybody is in. */
  static async enter(
    members: readonly { readonly line: Line; readonly walker: Walker }[],
    { program, port, periodMs, steps, failed }: CrowdOptions,
  ): Promise<Crowd> {
    const crowd = new Crowd(spawn(program, { stdio: ["pipe", "pipe", "inherit"] }), failed);
    const all = members.map(({ line, walker }) => ({ line, frames: framesOf(line, walker, steps) }));
    const [first] = all;
    const { messages, answersPings } = first?.line.greeting ?? { messages: 0, answersPings: false };
    const frameBytes = (first?.frames.length ?? 0) / steps;
    const head = [port, members.length, periodMs * 1000, steps, frameBytes, messages, Number(answersPings)];
    await crowd.#write(Buffer.from(Uint32Array.from(head).buffer));
    for (const { line, frames } of all)
      await crowd.#write(Buffer.concat([await scriptOf(line, port), frames]));
    await crowd.#answer();
    return crowd;
  }

  walk(): void {
    this.#child.stdin?.write("w");
  }

  /** Since the beginning. */
  async received(): Promise<Received> {
    this.#child.stdin?.write("c");
    return (await this.#answer()) as Received;
  }

  close(): void {
    this.#child.kill("SIGKILL");
  }

  async #write(bytes: Buffer): Promise<void> {
    const { stdin } = this.#child;
    if (stdin && !stdin.write(bytes)) await once(stdin, "drain");
  }

  async #answer(): Promise<unknown> {
    const { value, done } = await this.#answers.next();
    const answer = done ? { failed: "the crowd has ended" } : (JSON.parse(value) as { failed?: string });
    if (answer.failed !== undefined) this.#failed(answer.failed);
    return answer;
  }
}

/** All a walker will say, frame after frame of the same length. */
function framesOf(line: Line, walker: Walker, steps: number): Buffer {
  const frames = Array.from({ length: steps }, (_, step) => {
    walker.step();
    return Buffer.from(line.input(step, walker.dx, walker.dy));
  });
  return Buffer.concat(frames);
}

/** The upgrade, what is said once it is answered, and what after the first message; each with its length before it. */
async function scriptOf(line: Line, port: number): Promise<Buffer> {
  const { opening, reply } = line.greeting;
  const parts = [Buffer.from(upgradeTo(port, await line.path())), ...[opening, reply].map(framed)];
  return Buffer.concat(parts.flatMap((part) => [Buffer.from(Uint16Array.of(part.length).buffer), part]));
}

function framed(payload: string | Uint8Array | undefined): Buffer {
  if (payload === undefined) return Buffer.alloc(0);
  return typeof payload === "string" ? clientFrame(1, Buffer.from(payload)) : clientFrame(2, payload);
}
