/** What has to be undone whatever happens: processes, folders, mounts. The newest goes first. */
export class Undo implements AsyncDisposable {
  readonly #steps = new Set<() => unknown>();

  /** Returns how to take it back: it was undone already. */
  add(step: () => unknown): () => void {
    this.#steps.add(step);
    return () => void this.#steps.delete(step);
  }

  /** One step that fails does not keep the others from being taken. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const step of [...this.#steps].toReversed()) {
      this.#steps.delete(step);
      try {
        await step();
      } catch (error) {
        console.error(`left behind: ${String(error)}`);
      }
    }
  }
}
