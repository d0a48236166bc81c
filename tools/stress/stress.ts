import { writeFileSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import { readArguments, type StressOptions, usage } from "./arguments.ts";
import { Tally } from "./phases.ts";
import { playOnce, type PlayerOptions } from "./player.ts";

const exitCodes = { passed: 0, failed: 2, badArguments: 14 } as const;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2));
  if (typeof options === "string") {
    if (options !== "") console.error(`${options}\n`);
    console.error(usage);
    return options === "" ? exitCodes.passed : exitCodes.badArguments;
  }
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());
  const tally = new Tally();
  await playAll(options, tally, ending.signal);
  report(options, tally, ending.signal.aborted);
  return tally.failures.length === 0 && !ending.signal.aborted ? exitCodes.passed : exitCodes.failed;
}

async function playAll(options: StressOptions, tally: Tally, signal: AbortSignal): Promise<void> {
  const { master, page, clients, browsers, playMs, gapMs, patienceMs } = options;
  const until = performance.now() + (clients + browsers) * gapMs + playMs;
  const common = { master, page, until, patienceMs, tally, signal };
  const playing: Promise<void>[] = [];
  const begin = async (name: string, play: (options: PlayerOptions) => Promise<void>): Promise<void> => {
    if (signal.aborted) return;
    playing.push(play({ ...common, name }));
    await after(gapMs, undefined, { signal }).catch(() => {});
  };
  const told = setInterval(() => tellProgress(tally, playing.length, clients + browsers), 10_000);
  try {
    for (let n = 1; n <= clients; n++) await begin(`client ${n}`, playOnce);
    if (browsers > 0) {
      // A driver of browsers is loaded for them alone.
      const { browseOnce } = await import("./browsers.ts");
      const { openBrowser } = await import("#tools/smoke/browser.ts");
      await using browser = await openBrowser();
      for (let n = 1; n <= browsers; n++)
        await begin(`browser ${n}`, (options) => browseOnce({ ...options, browser }));
      await Promise.all(playing);
    }
    await Promise.all(playing);
  } finally {
    clearInterval(told);
  }
}

function tellProgress({ journeysMs, linesSaid, failures }: Tally, begun: number, all: number): void {
  console.log(
    `${begun} of ${all} have begun; journeys ${journeysMs.length}, lines ${linesSaid}, failures ${failures.length}`,
  );
}

function report({ clients, browsers, json }: StressOptions, tally: Tally, isCutShort: boolean): void {
  const failures = tally.byPhase();
  for (const { phase, count, example } of failures)
    console.log(`HOSTED_STRESS_FAILURE phase=${phase} count=${count} example=${JSON.stringify(example)}`);
  const figures = {
    clients,
    browsers,
    journeys: tally.journeysMs.length,
    chat_messages: tally.linesSaid,
    journey_p50_ms: tally.journeyMs(0.5),
    journey_p99_ms: tally.journeyMs(0.99),
    failures: tally.failures.length,
  };
  const words = Object.entries(figures)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${Math.round(value ?? 0)}`);
  const hasPassed = tally.failures.length === 0 && !isCutShort;
  console.log(
    `HOSTED_STRESS_${hasPassed ? "PASS" : "FAIL"} ${words.join(" ")}${isCutShort ? " cut_short=1" : ""}`,
  );
  if (json !== undefined)
    writeFileSync(
      json,
      `${JSON.stringify({ passed: hasPassed, ...figures, by_phase: failures }, null, 2)}\n`,
    );
}
