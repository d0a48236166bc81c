const shortestMs = 3500;
const perLetterMs = 60;
/** A world that has more to say than anybody reads is not kept in memory for it. */
const kept = 256;

/** What is being said in a world just now, by entity; each line for as long as it takes to read. */
export class Bubbles {
  readonly #said = new Map<number, { readonly text: string; readonly until: number }>();

  /** Replaces what the entity said before. Times are milliseconds. */
  hear(entity: number, text: string, now: number): void {
    this.#said.delete(entity);
    this.#said.set(entity, { text, until: now + shortestMs + text.length * perLetterMs });
    const [oldest] = this.#said.keys();
    if (this.#said.size > kept && oldest !== undefined) this.#said.delete(oldest);
  }

  /** What an entity says now; `undefined` while it is silent. */
  of(entity: number, now: number): string | undefined {
    if (this.#said.size === 0) return undefined;
    const said = this.#said.get(entity);
    if (said && said.until > now) return said.text;
    this.#said.delete(entity);
    return undefined;
  }
}
