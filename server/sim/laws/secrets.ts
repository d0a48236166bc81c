import { MasterLog } from "#adapters/log/log.ts";
import { dropSecrets } from "#engine/memory-store.ts";
import type { Transition, Writes } from "#engine/ports.ts";
import { kindOf } from "#shared/address.ts";
import type { Auditor } from "../auditor.ts";

/** Every secret of a universe begins like this. */
const secret = "secret-number-";
/** Looking into everything that is written would take as long as all the rest. */
const lookEvery = 8;
const kinds = new Set(["session", "travel", "launch"]);

function tellsSecret(text: string): boolean {
  return text.includes(secret);
}

/** S25: what is stored tells no secret. */
export function onCommit(auditor: Auditor, writes: Writes): void {
  if (auditor.events % lookEvery !== 0) return;
  for (const [address, state] of writes)
    if (kinds.has(kindOf(address)) && tellsSecret(JSON.stringify(state, dropSecrets) ?? ""))
      auditor.breach("S25", `${address} keeps a secret`);
}

/** S25: and no field of any line of the log does. It is the master's own, and writes to nobody. */
export function logOf({ breach }: Auditor): (event: Transition) => void {
  const write = (line: string): void => {
    if (tellsSecret(line)) breach("S25", `the log says ${line.trim()}`);
  };
  const log = new MasterLog({ format: "json", level: "trace", urlOf: () => "sim:1", to: { write } });
  return (event) => log.transition(event);
}
