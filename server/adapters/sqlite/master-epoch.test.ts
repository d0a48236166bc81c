import { expect, test } from "vitest";
import { nextMasterEpoch } from "./master-epoch.ts";

test("the epoch of a master grows, whatever the wall clock says and whatever was forgotten", () => {
  const wallMs = 1_700_000_000_500;
  expect(nextMasterEpoch(undefined, wallMs)).toBe(1_700_000_000);
  expect(nextMasterEpoch(1_700_000_000, wallMs)).toBe(1_700_000_001);
  expect(nextMasterEpoch(1_700_000_001, wallMs - 3_600_000)).toBe(1_700_000_002);
  expect(nextMasterEpoch(1_700_000_001, wallMs + 3_600_000)).toBe(1_700_003_600);
});
