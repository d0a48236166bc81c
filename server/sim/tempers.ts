/**
 * How a process behaves. A `mute` one never registers, an `impostor` and a `stale` one do with the wrong token; one
 * that comes `twice` opens a second connection, a `faulty` one fails its test and an `untestable` one never ends it;
 * a `liar` says whatever it likes, among the truth.
 */
export const oddTempers = [
  "mute",
  "impostor",
  "stale",
  "dies",
  "slow",
  "twice",
  "faulty",
  "untestable",
] as const;
export type Temper = "willing" | "liar" | (typeof oddTempers)[number];

/** Serves whoever comes, and means what it says. */
export function isHonest({ temper }: { readonly temper: Temper }): boolean {
  return ["willing", "twice", "slow", "faulty", "untestable"].includes(temper);
}
