import type { In, Travel } from "./travel.ts";

/** One journey from the hub to the left world, in each of its phases. */

export const self = "travel:t1";
export const session = "session:s";
export const player = "player:s";
export const target = { world: "left_world", x: 100, y: 100, facing: 0 };
const source = { launch: "launch:hub", admission: "a0", world: "hub", request: "r1" } as const;
export const journey: Travel["journey"] = {
  session,
  player,
  cause: "portal",
  target,
  identity: { name: "Guest-1" },
  source,
};
const common = {
  journey,
  lease: { softBy: 120_000, hardBy: 3_600_000 },
  pack: "0".repeat(64),
  failures: 0,
  wakeAt: 0,
};
const door = { launch: "launch:left", admission: "a1", url: "ws://x/" } as const;
export const leased: In<"leased"> = { ...common, phase: "leased" };
export const starting: In<"starting"> = { ...common, phase: "starting", by: 12_000 };
export const expecting: In<"expecting"> = {
  ...common,
  phase: "expecting",
  by: 12_000,
  door: { ...door, secretTicket: "T" },
};
export const admitted: In<"admitted"> = { ...common, phase: "admitted", door };
export const departing: In<"departing"> = { ...common, phase: "departing", door };
export const open: Exclude<Travel, { phase: "departing" }>[] = [leased, starting, expecting, admitted];
export const withDoor = [expecting, admitted];

export const ask = { self, from: session } as const;
