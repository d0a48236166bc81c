import type { Transition } from "#engine/ports.ts";
import type { Auditor } from "../auditor.ts";

/** S16: what has ended does not come back. */
export function onEnding({ ledger, breach }: Auditor, { id, before, after, input }: Transition): void {
  if (before !== "absent" && after === "absent") ledger.ended.add(id);
  else if (before === "absent" && after !== "absent" && ledger.ended.has(id))
    breach("S16", `${id} came back from its end by ${input}`);
}
