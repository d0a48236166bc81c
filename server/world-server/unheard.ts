import { limits } from "#shared/limits.ts";
import type { FromLaunch, LastWords } from "#shared/protocol/launch-master.ts";

type Of<K extends FromLaunch["type"]> = Extract<FromLaunch, { type: K }>;
type Save = Of<"saves">["saves"][number];
type Words = Omit<LastWords, "launch">;

/** One is asked with every heartbeat. */
const questionsMore = 60;

/** Something said, and after which question. */
interface Kept<T> {
  readonly what: T;
  readonly asked: number;
}

/**
 * What the master may not know yet: the newest place of everybody, who is gone, and what the world wants remembered.
 * Everything else is said again by the roster of the next registration, or came too late. What was received may
 * still be lost with a master that dies before it has written it down: so it is kept for a minute's questions more, and
 * for another whenever a master whose disk is full says that it cannot save. To hear it twice changes nothing.
 */
export class Unheard {
  readonly #saves = new Map<string, Kept<Save>>();
  readonly #finals = new Map<string, Kept<Of<"departed" | "left">>>();
  #state: Kept<Of<"state">> | undefined;
  #asked = 0;

  keep(message: FromLaunch): void {
    const asked = this.#asked;
    if (message.type === "saves")
      for (const save of message.saves) this.#saves.set(save.admission, { what: save, asked });
    if (message.type === "state" && message.text !== undefined) this.#state = { what: message, asked };
    if (message.type !== "departed" && message.type !== "left") return;
    this.#saves.delete(message.admission);
    this.#finals.set(message.admission, { what: message, asked });
  }

  /** The master is asked whether it is there. */
  ask(): void {
    this.#asked++;
  }

  /** It has answered: it has received all that was said before it was asked. */
  answered(): void {
    const isKnown = ({ asked }: Kept<unknown>): boolean => asked < this.#asked - questionsMore;
    for (const kept of [this.#saves, this.#finals])
      for (const [admission, one] of kept) if (isKnown(one)) kept.delete(admission);
    if (this.#state && isKnown(this.#state)) this.#state = undefined;
  }

  /** It has received, but cannot save: what it has may still be lost with it. */
  unsaved(): void {
    const asked = this.#asked;
    for (const kept of [this.#saves, this.#finals] as Map<string, Kept<never>>[])
      for (const [admission, { what }] of kept) kept.set(admission, { what, asked });
    if (this.#state) this.#state = { ...this.#state, asked };
  }

  /** Everything, at most `most` saves to a message. */
  messages(most: number): FromLaunch[] {
    const saves = this.#newestSaves;
    const messages: FromLaunch[] = [];
    for (let from = 0; from < saves.length; from += most)
      messages.push({ type: "saves", saves: saves.slice(from, from + most) });
    messages.push(...[...this.#finals.values()].map(({ what }) => what));
    // Not the answer to whatever this master has asked.
    if (this.#state) messages.push({ ...this.#state.what, isFinal: false });
    return messages;
  }

  /** The same for a master that finds this process dead; `undefined` when there is nothing to say. */
  get words(): Words | undefined {
    const saves = this.#newestSaves;
    for (const { what } of this.#finals.values()) {
      const { admission, seq, place } = what;
      if (place) saves.push({ admission, seq, place });
    }
    const state = this.#state?.what.text;
    if (saves.length === 0 && state === undefined) return undefined;
    return { saves: saves.slice(0, limits.worldPlayers), ...(state !== undefined && { state }) };
  }

  get #newestSaves(): Save[] {
    return [...this.#saves.values()].map(({ what }) => what);
  }
}
