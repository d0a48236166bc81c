import type { FromLaunch } from "#shared/protocol/launch-master.ts";

type Save = Extract<FromLaunch, { type: "saves" }>["saves"][number];
type Final = Extract<FromLaunch, { type: "departed" | "left" }>;

/**
 * What a master that is away must still learn: the newest place of everybody, and who is gone.
 * Everything else is said again by the roster of the next registration, or came too late.
 */
export class Unsent {
  readonly #saves = new Map<string, Save>();
  readonly #finals = new Map<string, Final>();

  keep(message: FromLaunch): void {
    if (message.type === "saves") for (const save of message.saves) this.#saves.set(save.admission, save);
    if (message.type !== "departed" && message.type !== "left") return;
    this.#saves.delete(message.admission);
    this.#finals.set(message.admission, message);
  }

  /** Hands everything over, at most `most` saves to a message, and forgets it. */
  take(most: number): FromLaunch[] {
    const saves = [...this.#saves.values()];
    const messages: FromLaunch[] = [];
    for (let from = 0; from < saves.length; from += most)
      messages.push({ type: "saves", saves: saves.slice(from, from + most) });
    messages.push(...this.#finals.values());
    this.#saves.clear();
    this.#finals.clear();
    return messages;
  }
}
