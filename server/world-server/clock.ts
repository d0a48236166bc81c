import type { Clock } from "#adapters/ws/link.ts";

/** A wake that comes later than this met a process that was held up, not one that was busy. */
const lateMs = 500;

/** Milliseconds on a clock that only moves forward. `performance` would be loaded for this alone: 1.2 ms and 1.2 MB. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** Real time. */
export const clock: Clock = {
  now,
  wakeAt(at, wake) {
    let timer: NodeJS.Timeout | undefined;
    let turn: NodeJS.Immediate | undefined;
    const arm = (): void => {
      timer = setTimeout(ring, Math.max(0, Math.ceil(at - now())));
    };
    const ring = (): void => {
      const late = now() - at;
      // A timer may ring a little early, and whoever is woken may rely on the time having come.
      if (late < 0) return arm();
      // What arrived while we stood still is read first: no peer is silent because we did not listen.
      if (late < lateMs) return wake();
      turn = setImmediate(() => {
        turn = setImmediate(wake);
      });
    };
    arm();
    return () => {
      clearTimeout(timer);
      clearImmediate(turn);
    };
  },
};

/**
 * Calls `wake` every `everyMs` and says how many periods have passed: more than one after a hold-up.
 * Returns how to stop.
 */
export function every(everyMs: number, clock: Clock, wake: (periods: number) => void): () => void {
  const start = clock.now();
  let past = 0;
  let stop = (): void => {};
  const arm = (): void => {
    stop = clock.wakeAt(start + (past + 1) * everyMs, () => {
      const periods = Math.floor((clock.now() - start) / everyMs) - past;
      past += periods;
      // Armed first, so that `wake` may stop it.
      arm();
      wake(periods);
    });
  };
  arm();
  return () => stop();
}
