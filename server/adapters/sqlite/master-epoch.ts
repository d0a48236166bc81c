/**
 * The epoch of a master that starts, given that of the one before it, if it is known, and the wall clock in
 * milliseconds. The wall clock is ahead of any count of starts, so a database that forgot them does not fall behind;
 * one that was put back takes nothing away.
 */
export function nextMasterEpoch(last: number | undefined, wallMs: number): number {
  return Math.max((last ?? 0) + 1, Math.floor(wallMs / 1000));
}
