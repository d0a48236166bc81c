import type { Workload } from "./workload.ts";
import { worldMove } from "./world-move/world-move.ts";

/** Every workload, in the order in which they run and stand on the page. */
export const workloads: readonly Workload[] = [worldMove];
