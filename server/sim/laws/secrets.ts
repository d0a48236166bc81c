import { dropSecrets } from "#engine/memory-store.ts";
import type { Writes } from "#engine/ports.ts";
import { kindOf } from "#shared/address.ts";
import type { Auditor } from "../auditor.ts";

/** Every secret of a universe begins like this. */
const secret = "secret-number-";
/** Looking into everything that is written would take as long as all the rest. */
const lookEvery = 8;
const kinds = new Set(["session", "travel", "launch"]);

export function tellsSecret(text: string): boolean {
  return text.includes(secret);
}

/** S25: what is stored tells no secret. */
export function onCommit(auditor: Auditor, writes: Writes): void {
  if (auditor.events % lookEvery !== 0) return;
  for (const [address, state] of writes)
    if (kinds.has(kindOf(address)) && tellsSecret(JSON.stringify(state, dropSecrets) ?? ""))
      auditor.breach("S25", `${address} keeps a secret`);
}
