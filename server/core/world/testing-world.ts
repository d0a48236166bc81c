import type { In } from "./world.ts";

/** The hub in each of its phases. */

export const self = "world:hub";
export const from = "travel:t1";
export const launch = "launch:l1";
export const heir = "launch:l2";
export const operator = "operator:o1";
export const endpoint = { port: 1 };
const common = { launch, wanted: [], failures: 0 } as const;
export const starting: In<"starting"> = { ...common, phase: "starting", wanted: [from] };
export const open: In<"open"> = { ...common, phase: "open", endpoint, openedAt: 0 };
export const closed: In<"closed"> = { ...common, phase: "closed", openedAt: 0 };
export const leaving: In<"leaving"> = { ...common, phase: "leaving", operator, target: "left_world" };
export const cooling: In<"cooling"> = { phase: "cooling", wanted: [from], failures: 2, wakeAt: 500 };
export const resting: In<"resting"> = {
  phase: "resting",
  wanted: [],
  failures: 2,
  notBefore: 500,
  wakeAt: 60_000,
};

export const fromOperator = { self, from: operator } as const;
export const fromOld = { self, from: launch } as const;

/** Which test a cell of the world's table belongs to. */
export const isHeirs = (cell: string): boolean =>
  /^leaving\.|\.(outdated|replace|evacuate|proved|failed|handed|went\.on)$|^(open|closed)\.deadline$/.test(
    cell,
  );
export const isLeaving = (cell: string): boolean => /^leaving\.|\.evacuate$/.test(cell);
