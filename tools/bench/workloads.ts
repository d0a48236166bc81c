import type { Workload } from "./workload.ts";

/** Every workload, in the order in which they run and stand on the page. */
export const workloads: readonly Workload[] = [];
