import { limits as usual, type Limits } from "#shared/limits.ts";
import type { SimNature } from "./nature.ts";
import type { Habits } from "./player.ts";
import { oddTempers, type Temper } from "./tempers.ts";
import { roomy } from "./worlds.ts";

export const suites = ["mixed", "storm", "calm", "restart"] as const;
export type Suite = (typeof suites)[number];

/** What this universe is made of and what goes wrong in it. Rates are chances per second. */
export interface Circumstances {
  readonly suite: Suite;
  readonly seconds: number;
  readonly players: number;
  readonly habits: Habits;
  readonly crash: number;
  readonly freeze: number;
  readonly cut: number;
  readonly halfOpen: number;
  readonly clog: number;
  readonly kill: number;
  readonly jam: number;
  /** The master's loop stands still. */
  readonly stall: number;
  /** Somebody sets the wall clock. */
  readonly clockStep: number;
  /** How long a willing process takes at most until it registers. */
  readonly bootMs: number;
  readonly slowestMs: number;
  /** The chance that a commit fails, and that one that did was written all the same. */
  readonly failing: number;
  readonly losing: number;
  /** Chance that a started process is not willing. */
  readonly unwilling: number;
  /** Chance that a started process lies. */
  readonly lying: number;
  readonly packFails: number;
  /** The operator stops a world. */
  readonly stop: number;
  /** Somebody builds a world anew. */
  readonly repack: number;
  /** The operator lets another launch take over, or sends the players of a world to another. */
  readonly upgrade: number;
  readonly evacuate: number;
  /** Strangers come to the doors. */
  readonly knock: number;
  /** How many each world but the first has room for. */
  readonly capacity: number;
  readonly limits: Limits;
}

const calm: Omit<Circumstances, "suite" | "seconds" | "players"> = {
  habits: { login: 0, cancel: 0, reload: 0, duplicate: 0, cheat: 0, cling: 0, restMs: 8_000 },
  crash: 0,
  freeze: 0,
  cut: 0,
  halfOpen: 0,
  clog: 0,
  kill: 0,
  jam: 0,
  stall: 0,
  clockStep: 0,
  bootMs: 3_000,
  slowestMs: 0,
  failing: 0,
  losing: 0,
  unwilling: 0,
  lying: 0,
  packFails: 0,
  stop: 0,
  repack: 0,
  upgrade: 0,
  evacuate: 0,
  knock: 0,
  capacity: roomy,
  limits: usual,
};

/** All of it at once, and restless people in the middle. */
const storm: Omit<Circumstances, "suite" | "limits"> = {
  seconds: 90,
  players: 6,
  habits: { login: 0.3, cancel: 0.15, reload: 0.15, duplicate: 0.08, cheat: 0.3, cling: 0.5, restMs: 1_500 },
  crash: 0.08,
  freeze: 0.08,
  cut: 0.3,
  halfOpen: 0.08,
  clog: 0.3,
  kill: 0.06,
  jam: 0.05,
  stall: 0.04,
  clockStep: 0.1,
  bootMs: 3_000,
  slowestMs: 200,
  failing: 0.01,
  losing: 0.5,
  unwilling: 0.2,
  lying: 0.1,
  packFails: 0.1,
  stop: 0.05,
  repack: 0.05,
  upgrade: 0.05,
  evacuate: 0.03,
  knock: 0.2,
  capacity: 3,
};

/** Each kind of trouble is there or not, and then more or less of it: rare combinations are found this way. */
export function draw(suite: Suite, nature: SimNature): Circumstances {
  const seconds = nature.between(30, 90);
  const players = nature.between(2, 5);
  // As fast as a real one.
  if (suite === "calm") return { ...calm, suite, seconds, players, bootMs: 300 };
  if (suite === "restart") return { ...calm, suite, seconds, players, kill: 0.05 + nature.luck() * 0.15 };
  if (suite === "storm") return { ...storm, suite, limits: drawLimits(nature) };
  const some = (chance: number, most: number): number => (nature.chance(chance) ? nature.luck() * most : 0);
  return {
    suite,
    seconds,
    players,
    habits: {
      login: some(0.6, 0.3),
      cancel: some(0.5, 0.3),
      reload: some(0.5, 0.2),
      duplicate: some(0.3, 0.1),
      cheat: some(0.5, 0.4),
      cling: some(0.3, 0.6),
      restMs: nature.between(1_500, 10_000),
    },
    crash: some(0.5, 0.15),
    freeze: some(0.4, 0.15),
    cut: some(0.5, 0.4),
    halfOpen: some(0.3, 0.15),
    clog: some(0.4, 0.4),
    kill: some(0.3, 0.1),
    jam: some(0.3, 0.1),
    bootMs: 3_000,
    slowestMs: some(0.3, 400),
    failing: some(0.3, 0.03),
    losing: some(0.5, 1),
    unwilling: some(0.4, 0.6),
    lying: some(0.3, 0.5),
    packFails: some(0.3, 0.2),
    stop: some(0.3, 0.1),
    repack: some(0.3, 0.05),
    upgrade: some(0.4, 0.1),
    evacuate: some(0.3, 0.05),
    knock: some(0.3, 0.3),
    capacity: nature.chance(0.3) ? nature.between(1, 3) : roomy,
    limits: drawLimits(nature),
    stall: some(0.3, 0.1),
    clockStep: some(0.3, 0.2),
  };
}

/** Bounds an operator may set otherwise; shorter ones bring more endings into a short life. */
function drawLimits(nature: SimNature): Limits {
  const drawn = {
    ...usual,
    idleMs: nature.pick([300, 1_500, usual.idleMs]) ?? usual.idleMs,
    leaseSoftMs: nature.pick([12_000, usual.leaseSoftMs]) ?? usual.leaseSoftMs,
    detachGraceMs: nature.pick([8_000, 20_000, usual.detachGraceMs]) ?? usual.detachGraceMs,
    worldDetachMs: nature.pick([2_000, usual.worldDetachMs]) ?? usual.worldDetachMs,
    drainWarningMs: nature.pick([2_000, usual.drainWarningMs]) ?? usual.drainWarningMs,
    evacuationMs: nature.between(3_000, 10_000),
    checkpointMs: nature.pick([2_000, usual.checkpointMs]) ?? usual.checkpointMs,
    rosterAuditMs: nature.pick([1_000, usual.rosterAuditMs]) ?? usual.rosterAuditMs,
  };
  // Who is not on their way at once is asked more than once.
  return { ...drawn, evacuateAgainMs: drawn.evacuationMs / 3 };
}

export function drawTemper({ unwilling, lying }: Circumstances, nature: SimNature): Temper {
  if (nature.chance(lying)) return "liar";
  return nature.chance(unwilling) ? (nature.pick(oddTempers) ?? "mute") : "willing";
}

/** How long a pack takes, or that it cannot be had: most are ready, some are long on the way. */
export function drawPackMs(fails: number, nature: SimNature): number | "pack_failed" {
  if (nature.chance(fails)) return "pack_failed";
  return nature.chance(0.7) ? nature.between(2, 50) : nature.between(50, nature.chance(0.2) ? 15_000 : 2_500);
}
