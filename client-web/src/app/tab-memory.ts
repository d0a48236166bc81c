import type { Resume } from "./journey-state.ts";

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What a reload of this tab needs to come back, one entry per master: no master ever sees another's. */
export class TabMemory {
  readonly #store: Store | undefined;
  readonly #key: string;

  /** Without a store nothing outlives the page: so it is for masters nobody vouches for. */
  constructor(store: Store | undefined, master: string) {
    this.#store = store;
    this.#key = `portcade:resume:${master}`;
  }

  read(): Resume | undefined {
    try {
      const { token, epoch, seq } = JSON.parse(this.#store?.getItem(this.#key) ?? "{}") as Partial<Resume>;
      if (typeof token !== "string" || typeof epoch !== "string" || typeof seq !== "number") return undefined;
      return { token, epoch, seq };
    } catch {
      return undefined;
    }
  }

  /** A full or forbidden storage costs the resume, not the game. */
  write(resume: Resume): void {
    try {
      this.#store?.setItem(this.#key, JSON.stringify(resume));
    } catch {}
  }

  forget(): void {
    try {
      this.#store?.removeItem(this.#key);
    } catch {}
  }
}
