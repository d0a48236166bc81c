import { bothKilled } from "./scenarios/both-killed.ts";
import { databaseLocked } from "./scenarios/database-locked.ts";
import { diskFull } from "./scenarios/disk-full.ts";
import { fewFiles } from "./scenarios/few-files.ts";
import { kills } from "./scenarios/kills.ts";
import { packs } from "./scenarios/packs.ts";
import { portTaken } from "./scenarios/port-taken.ts";
import { restart } from "./scenarios/restart.ts";
import { twoMasters } from "./scenarios/two-masters.ts";
import type { Scenario } from "./scenario.ts";

/** Every scenario, in the order in which they are played. */
export const scenarios: readonly Scenario[] = [
  twoMasters,
  portTaken,
  packs,
  fewFiles,
  databaseLocked,
  diskFull,
  restart,
  bothKilled,
  kills,
];
