import { limits as usual } from "#shared/limits.ts";
import type { Report } from "#sim/report.ts";
import type { Circumstances } from "#sim/faults.ts";
import { coverage, total, type Tally } from "#sim/tally.ts";

/** Which faults this universe draws and how hard; what is off is left out. */
export function tellCircumstances({ limits, habits, ...rest }: Circumstances): string[] {
  const isOn = ([, value]: [string, unknown]): boolean => value !== 0 && value !== false;
  const shown = ([name, value]: [string, unknown]): string =>
    `${name} ${typeof value === "number" && value % 1 !== 0 ? value.toFixed(3) : String(value)}`;
  const changed = Object.entries(limits).filter(
    ([name, value]) => value !== usual[name as keyof typeof usual],
  );
  return [
    `circumstances (rates are chances per second): ${Object.entries(rest).filter(isOn).map(shown).join(", ")}`,
    `players' habits (chances per wish): ${Object.entries(habits).filter(isOn).map(shown).join(", ")}`,
    `limits that are not the usual ones: ${changed.map(shown).join(", ") || "none"}`,
  ];
}

const detailLines = 40;
/** Whose changes of phase make the story. */
const teller = /^\d+ (?:session|travel|world|launch|account):\S+ (\w+)>(\w+) /;

/** The turns of one universe: phases that changed, people who arrived or were refused, and what was broken. */
export function tellStory({ trace, story, violations }: Report): string[] {
  const turns = trace.filter((line) => {
    const phases = teller.exec(line);
    if (phases) return phases[1] !== phases[2];
    return / (?:world\.drawn|!!!|\*\*\*|denied|rejected)|(?:heard|world\.heard) (?:denied|rejected)/.test(
      line,
    );
  });
  if (violations.length === 0) return turns.map(timed);
  return [...turns.map(timed), "", "every line before the first breach:", ...story.slice(-detailLines)];
}

function timed(line: string): string {
  const end = line.indexOf(" ");
  return `${(Number(line.slice(0, end)) / 1000).toFixed(3).padStart(9)} s ${line.slice(end)}`;
}

/** The one object of `--json`. */
export function objectOf(suite: string, tally: Tally): object {
  return {
    suite,
    seeds: tally.universes,
    virtualSeconds: Math.round(tally.virtualMs / 1000),
    events: tally.events,
    violations: tally.breaches.map(({ seed, law }) => ({ seed, law })),
    arrivals: total(tally, "arrivals"),
    refusals: total(tally, "refusals"),
    worldCrashes: total(tally, "worldCrashes"),
    masterRestarts: total(tally, "restarts"),
    cellCoverage: Number(coverage(tally).share.toFixed(4)),
  };
}

const breachLines = 20;

/** Which seeds broke which laws; of many, the first few. */
export function tellBreaches({ breaches }: Tally): string[] {
  const told = breaches
    .slice(0, breachLines)
    .map(({ seed, law, at, text }) => `seed ${seed}: ${law} after ${Math.round(at)} ms: ${text}`);
  const more = breaches.length - told.length;
  return more > 0 ? [...told, `and ${more} more`] : told;
}

export function tellTotals(suite: string, tally: Tally, seconds: number): string[] {
  const years = tally.virtualMs / (365.25 * 24 * 3600 * 1000);
  const broken = new Set(tally.breaches.map(({ seed }) => seed)).size;
  const { share } = coverage(tally);
  const happened = ["arrivals", "refusals", "worldCrashes", "restarts"].map(
    (what) => `${what} ${total(tally, what)}`,
  );
  return [
    `${happened.join(", ")}; ${tally.events} events, ${(share * 100).toFixed(1)} % of the table cells`,
    `${suite}: ${tally.universes} universes in ${seconds.toFixed(1)} s (${(tally.universes / seconds).toFixed(0)} seeds/s), ` +
      `${years.toFixed(4)} simulated years, ${broken} broke a law`,
  ];
}

export function tellTally(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([name, count]) => `${String(count).padStart(8)}  ${name}`)
    .join("\n");
}
