import { chat } from "./chat.ts";
import { connect } from "./connect.ts";
import { save } from "./save.ts";
import { small } from "./small.ts";
import { start } from "./start.ts";
import { travel } from "./travel.ts";
import type { Workload } from "./workload.ts";
import { worldMove } from "./world-move/world-move.ts";

/** Every workload, in the order in which they run and stand on the page. */
export const workloads: readonly Workload[] = [worldMove, chat, connect, start, travel, save, small];
