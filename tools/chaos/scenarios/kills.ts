import { runKills } from "../kills.ts";
import type { Scenario } from "../scenario.ts";

/** Worlds and masters are killed, frozen and cut off while players walk, travel and talk. */
export const kills: Scenario = {
  name: "kills",
  run: (chaos) => runKills({ ...chaos, kills: chaos.isShort ? 8 : 200 }),
};
