import type { FromLaunch } from "#shared/protocol/launch-master.ts";
import { stepsIn } from "./marks.ts";

/** What a world's rules remember: how many steps were ever taken in it. */
export class Remembered {
  steps = 0;
  readonly #nature: { now(): number };
  readonly #send: (message: FromLaunch) => void;
  #said: string | undefined;
  #saidBefore: string | undefined;
  #saidAt = -Infinity;
  #inherited: string | undefined;

  constructor(nature: { now(): number }, send: (message: FromLaunch) => void) {
    this.#nature = nature;
    this.#send = send;
  }

  /** What the master was told, a moment ago at the latest: what is under way dies with a process. */
  get saidSteps(): number {
    const isUnderWay = this.#nature.now() < this.#saidAt + 1_000;
    return stepsIn((isUnderWay ? this.#saidBefore : this.#said) ?? "");
  }

  restore(text: string | undefined): void {
    if (text !== undefined) this.steps = stepsIn(text);
    this.#said = this.#text;
  }

  /** Once for each text: what is told again was not known to have been heard. */
  takeOver(text: string): void {
    if (text === this.#inherited) return;
    this.#inherited = text;
    this.restore(text);
  }

  checkpoint(): void {
    if (this.#text !== this.#said) this.say(false);
  }

  say(isFinal: boolean): void {
    const text = this.#text;
    this.#saidBefore = this.#said;
    this.#said = text;
    this.#saidAt = this.#nature.now();
    this.#send({ type: "state", isFinal, ...(text !== undefined && { text }) });
  }

  get #text(): string | undefined {
    return this.steps > 0 ? JSON.stringify({ steps: this.steps }) : undefined;
  }
}
