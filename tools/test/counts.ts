/** How a stage ended. Skipped tests are neither passed nor failed, unless nothing may be skipped. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const none: Counts = { passed: 0, failed: 0, skipped: 0 };

export function sum(all: readonly Counts[]): Counts {
  return all.reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    none,
  );
}

/** What vitest's JSON reporter says. A file that could not even be loaded counts as one failed test. */
export function vitestCounts(report: unknown): Counts {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = report as {
    [count in "numPassedTests" | "numFailedTests" | "numPendingTests" | "numTodoTests"]: number;
  } & { testResults: { status: string; assertionResults: { status: string }[] }[] };
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((result) => result.status === "failed"),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests + numTodoTests,
  };
}

/** What Playwright's JSON reporter says. A test that only sometimes passes has failed. */
export function playwrightCounts(report: unknown): Counts {
  const { stats, errors } = report as {
    stats: { expected: number; unexpected: number; flaky: number; skipped: number };
    errors: unknown[];
  };
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  };
}

/**
 * A stage's counts, made honest: a program that failed has at least one failure, one that tested nothing is no
 * success, and where nothing may be skipped a skipped test has failed.
 */
export function judge(counts: Counts, exitCode: number | null, maySkip: boolean): Counts {
  const { passed, skipped } = counts;
  const failed = counts.failed + (maySkip ? 0 : skipped);
  const isHollow = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: isHollow ? 1 : failed, skipped: maySkip ? skipped : 0 };
}

export function totalsLine({ passed, failed }: Counts): string {
  return `${passed} passed, ${failed} failed`;
}
