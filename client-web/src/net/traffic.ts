const periodMs = 1000;

/** Bytes a second, from a count that only grows. */
export class Traffic {
  #since: { readonly at: number; readonly bytes: number } | undefined;
  #perSecond = 0;

  get perSecond(): number {
    return this.#perSecond;
  }

  /** To be told often; what it says is of the last whole second. */
  note(bytes: number, now: number): void {
    this.#since ??= { at: now, bytes };
    const passed = now - this.#since.at;
    if (passed < periodMs) return;
    this.#perSecond = ((bytes - this.#since.bytes) * 1000) / passed;
    this.#since = { at: now, bytes };
  }
}
