/** Something that should have happened by now and has not. */
export class Late extends Error {
  override readonly name = "Late";
}

const lookMs = 20;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Milliseconds on the machine's one monotonic clock: the same in every process. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Looks until `look` finds something, and returns it. @throws Late */
export async function until<T>(
  look: () => T | Promise<T>,
  what: string,
  withinMs: number,
): Promise<NonNullable<T>> {
  const lateAt = now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (now() > lateAt) throw new Late(`${what}: not within ${withinMs} ms`);
    await pause(lookMs);
  }
}
