import { expect, test } from "vitest";
import { judge, none, playwrightCounts, sum, totalsLine, vitestCounts } from "./counts.ts";

const vitest = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 1, numTodoTests: 1, testResults: [] };

test("the totals are the sum of the stages, in exactly the words that are looked for", () => {
  const all = sum([
    { ...none, passed: 3 },
    { ...none, passed: 4, failed: 2 },
  ]);
  expect(totalsLine(all)).toBe("7 passed, 2 failed");
});

test("a test file that could not be loaded is a failure", () => {
  const assertionResults = [{ status: "failed" }];
  const testResults = [
    { status: "failed", assertionResults: [] },
    { status: "failed", assertionResults },
    { status: "passed", assertionResults: [] },
  ];
  expect(vitestCounts({ ...vitest, testResults })).toEqual({ passed: 3, failed: 2, skipped: 2 });
});

test("a browser test that passes only sometimes is a failure, and so is an error outside of tests", () => {
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 2 };
  expect(playwrightCounts({ stats, errors: ["no browser"] })).toEqual({ passed: 5, failed: 3, skipped: 2 });
});

test("where nothing may be skipped a skipped test has failed", () => {
  const counts = { passed: 3, failed: 0, skipped: 2 };
  expect(judge(counts, 0, true)).toEqual(counts);
  expect(judge(counts, 0, false)).toEqual({ passed: 3, failed: 2, skipped: 0 });
});

test("a program that failed, or tested nothing, cannot come out clean", () => {
  expect(judge({ ...none, passed: 3 }, 1, true).failed).toBe(1);
  expect(judge({ ...none, passed: 3 }, null, true).failed).toBe(1);
  expect(judge(none, 0, true).failed).toBe(1);
  expect(judge({ ...none, passed: 3, failed: 2 }, 1, true).failed).toBe(2);
});
