/**
 * How a process behaves. A `mute` one never registers, a `stale` one does with the token of an earlier launch, an
 * `impostor` with something wrong about it; one
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

/** What is wrong about an impostor. */
export const guises = ["wrongToken", "wrongWorld", "wrongVersion"] as const;

/** Each process has its own, so that no luck is spent on it. */
export function guiseOf({ temper, pid }: { readonly temper: Temper; readonly pid: number }) {
  return temper === "impostor" ? guises[pid % guises.length] : undefined;
}

/** Serves whoever comes, and means what it says. */
export function isHonest({ temper }: { readonly temper: Temper }): boolean {
  return ["willing", "twice", "slow", "faulty", "untestable"].includes(temper);
}
