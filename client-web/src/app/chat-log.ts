import type { ChatEntry } from "./view.ts";

const kept = 200;

/** The lines of the chat as the page shows them, oldest first. */
export class ChatLog {
  #lines: readonly ChatEntry[] = [];
  #last = 0;

  get lines(): readonly ChatEntry[] {
    return this.#lines;
  }

  /** A player's line, or one of the client itself when there is no name. */
  add(text: string, name?: string): void {
    this.#lines = [...this.#lines, { key: ++this.#last, name, text }].slice(-kept);
  }
}
