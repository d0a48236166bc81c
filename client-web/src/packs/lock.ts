/** Runs one holder of a name at a time, the others in turn. Rejects with the signal's reason while waiting. */
export type Lock = <T>(name: string, signal: AbortSignal | undefined, run: () => Promise<T>) => Promise<T>;

/** Across all tabs of this origin where the browser can, else within this page. */
export function defaultLock(locks = globalThis.navigator?.locks as LockManager | undefined): Lock {
  if (!locks) return localLock();
  return async (name, signal, run) => await locks.request(name, signal ? { signal } : {}, run);
}

export function localLock(): Lock {
  const tails = new Map<string, Promise<unknown>>();
  return async (name, signal, run) => {
    const before = tails.get(name) ?? Promise.resolve();
    const turn = Promise.race([before, aborted(signal)]).then(run);
    // Whoever gives up waiting must not let the next one in early.
    const tail = Promise.allSettled([before, turn]);
    tails.set(name, tail);
    try {
      return await turn;
    } finally {
      if (tails.get(name) === tail) tails.delete(name);
    }
  };
}

/** Never resolves; rejects when the signal is given. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const give = (): void => reject(signal?.reason);
    if (signal?.aborted) give();
    signal?.addEventListener("abort", give, { once: true });
  });
}
