import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Hunt, Job, Outcome, Universes } from "./jobs.ts";
import { bugCount } from "./jobs.ts";
import { add, emptyTally, type Tally } from "./tally.ts";

interface Range extends Omit<Universes, "seeds"> {
  readonly first: number;
  readonly count: number;
}

interface Watch {
  /** After every part that is done. */
  readonly progress?: (sofar: Tally) => void;
  /** Ends it with what it has. */
  readonly signal?: AbortSignal;
}

/** Long enough that threads do not wait for words, short enough that progress shows. */
const seedsPerJob = 20;

/** Worker threads, one per core, that play universes. */
export class Soak implements AsyncDisposable {
  readonly #workers: Worker[];
  readonly #idle: Worker[];
  readonly #waiting: ((worker: Worker) => void)[] = [];

  constructor(threads = availableParallelism()) {
    this.#workers = Array.from(
      { length: threads },
      () => new Worker(new URL("./soak-worker.ts", import.meta.url)),
    );
    this.#idle = [...this.#workers];
  }

  /** Plays `count` universes from `first` on. */
  async play({ first, count, ...rest }: Range, { progress, signal }: Watch = {}): Promise<Tally> {
    const seeds = Array.from({ length: count }, (_, index) => first + index);
    return this.playSeeds({ ...rest, seeds }, { ...(progress && { progress }), ...(signal && { signal }) });
  }

  async playSeeds({ seeds, ...rest }: Universes, { progress, signal }: Watch = {}): Promise<Tally> {
    const tally = emptyTally();
    let next = 0;
    const isOver = (): boolean => next >= seeds.length || signal?.aborted === true;
    const playOn = async (): Promise<void> => {
      while (!isOver()) {
        const part = seeds.slice(next, (next += seedsPerJob));
        const outcome = await this.#ask({ type: "play", ...rest, seeds: part });
        if (outcome.type !== "played") continue;
        add(tally, outcome.tally);
        progress?.(tally);
      }
    };
    await Promise.all(this.#workers.map(playOn));
    tally.breaches.sort((a, b) => a.seed - b.seed);
    return tally;
  }

  /** The traces' hashes, from one thread. */
  async hashes(universes: Universes): Promise<readonly string[]> {
    const outcome = await this.#ask({ type: "hash", ...universes });
    return outcome.type === "hashed" ? outcome.hashes : [];
  }

  /** Plants every bug and plays at most `most` universes with each. */
  async hunt(most: number, progress: (hunt: Hunt) => void = () => {}): Promise<readonly Hunt[]> {
    const bugs = Array.from({ length: bugCount }, (_, bug) => bug);
    const hunts = bugs.map(async (bug) => {
      const outcome = await this.#ask({ type: "hunt", bug, most });
      if (outcome.type !== "hunted") throw new Error("a hunt was asked for");
      progress(outcome.hunt);
      return outcome.hunt;
    });
    return Promise.all(hunts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #ask(job: Job): Promise<Outcome> {
    const worker = this.#idle.pop() ?? (await new Promise<Worker>((resolve) => this.#waiting.push(resolve)));
    try {
      return await answerOf(worker, job);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(worker);
      else this.#idle.push(worker);
    }
  }
}

/** A thread that dies takes its job with it, and whoever asked hears why. */
async function answerOf(worker: Worker, job: Job): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  worker.once("message", resolve).once("error", reject);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage(job);
  try {
    return await promise;
  } finally {
    worker.off("message", resolve).off("error", reject);
  }
}
