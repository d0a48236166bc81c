import type { Tally } from "./tally.ts";

/** Says on the way how far a long test is; the stage's log keeps it. */
export function showProgress(name: string, count: number): (sofar: Tally) => void {
  let told = 0;
  return ({ universes, breaches }) => {
    if (universes < count && universes - told < count / 20) return;
    told = universes;
    process.stderr.write(`${name}: ${universes} of ${count} universes, ${breaches.length} breaches\n`);
  };
}
