import { beginJourney, stepJourney, wakeAt } from "#client/app/journey.ts";
import { LoopClock } from "#adapters/nature/loop-clock.ts";
import { nextMasterEpoch } from "#adapters/sqlite/master-epoch.ts";
import { machines, type MachineSet } from "#core/machines.ts";
import type { Limits } from "#shared/limits.ts";
import { stepDoor } from "#world-server/door.ts";
import type { JourneyCode } from "./client.ts";
import { type Listen, realListen } from "./host.ts";
import type { Timepiece } from "./loop.ts";

/** The code under test; planted bugs replace a piece of it. */
export interface Code {
  readonly machines: MachineSet;
  readonly door: typeof stepDoor;
  readonly journey: JourneyCode;
  readonly listen: Listen;
  readonly timepiece: Timepiece;
  readonly epoch: typeof nextMasterEpoch;
  /** The bounds it keeps, of those it was given. */
  readonly limits: (given: Limits) => Limits;
}

export const realCode: Code = {
  machines,
  door: stepDoor,
  journey: { begin: beginJourney, step: stepJourney, wakeAt },
  listen: realListen,
  timepiece: LoopClock,
  epoch: nextMasterEpoch,
  limits: (given) => given,
};
