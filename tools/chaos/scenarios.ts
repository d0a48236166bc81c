import { bothKilled } from "./scenarios/both-killed.ts";
import { cuts } from "./scenarios/cuts.ts";
import { databaseLocked } from "./scenarios/database-locked.ts";
import { diskFull } from "./scenarios/disk-full.ts";
import { drains } from "./scenarios/drains.ts";
import { fewFiles } from "./scenarios/few-files.ts";
import { kills } from "./scenarios/kills.ts";
import { lines } from "./scenarios/lines.ts";
import { packs } from "./scenarios/packs.ts";
import { portTaken } from "./scenarios/port-taken.ts";
import { restart } from "./scenarios/restart.ts";
import { twoMasters } from "./scenarios/two-masters.ts";
import { upgrades } from "./scenarios/upgrades.ts";
import type { Scenario } from "./scenario.ts";

/** Every scenario, the longest first. */
export const scenarios: readonly Scenario[] = [
  cuts,
  kills,
  upgrades,
  drains,
  lines,
  diskFull,
  databaseLocked,
  bothKilled,
  restart,
  packs,
  fewFiles,
  portTaken,
  twoMasters,
];
