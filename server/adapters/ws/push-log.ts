import type { Limits } from "#shared/limits.ts";

/** One push as it was sent; not framed, because most are never asked for again. */
export interface Kept {
  readonly seq: number;
  readonly at: number;
  readonly text: string;
}

/** The last pushes, kept for whoever comes back: so many, and not for ever. */
export class PushLog {
  readonly #limits: Pick<Limits, "pushBufferCount" | "pushBufferMs">;
  readonly #kept: Kept[] = [];
  /** The newest push that is gone. */
  #lost = 0;

  constructor(limits: Pick<Limits, "pushBufferCount" | "pushBufferMs">) {
    this.#limits = limits;
  }

  add(push: Kept): void {
    this.#kept.push(push);
    this.#forget(push.at);
  }

  /** Those after `seq`, or `undefined` when some of them are gone. */
  since(seq: number, now: number): readonly Kept[] | undefined {
    this.#forget(now);
    return seq < this.#lost ? undefined : this.#kept.filter((push) => push.seq > seq);
  }

  #forget(now: number): void {
    const { pushBufferCount, pushBufferMs } = this.#limits;
    const oldest = now - pushBufferMs;
    while (this.#kept.length > pushBufferCount || (this.#kept[0]?.at ?? oldest) < oldest)
      this.#lost = this.#kept.shift()?.seq ?? this.#lost;
  }
}
