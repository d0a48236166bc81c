import type { Launch, LaunchInput } from "#core/world/launch.ts";
import type { Transition } from "#engine/ports.ts";
import { idOf } from "#shared/address.ts";
import type { Auditor } from "../auditor.ts";
import { onDrain } from "./on-drain.ts";
import { onEnding } from "./on-ending.ts";
import { noteWords } from "./on-memory.ts";
import { onDoubt } from "./on-process.ts";

/** Laws about what launches do, checked at the moment it is done. */

export function onLaunch(auditor: Auditor, event: Transition): void {
  onEnding(auditor, event);
  const before = event.previous as Launch | undefined;
  const after = event.state as Launch | undefined;
  if (event.input === "deadline" && after?.phase === "suspect" && before?.phase !== "suspect")
    onDoubt(auditor, idOf(event.id));
  if (before && before.phase !== "stopping" && (!after || after.phase === "stopping"))
    onStopping(auditor, event, before);
  onDrain(auditor, event);
  if (before && before !== after && event.cause.startsWith("launch-link:")) isOwn(auditor, event, before);
  noteWords(auditor, event);
}

/** S22: only its connection moves a launch. S6: which is of its own process, and to the newest master. */
function isOwn({ breach, ledger, seen }: Auditor, event: Transition, before: Launch): void {
  const body = event.body as LaunchInput;
  const link = "link" in before ? before.link : undefined;
  if (body.type !== "register") {
    if (event.cause !== link)
      breach("S22", `${event.cause} moved ${event.id} with ${body.type}, whose connection is ${link}`);
    return;
  }
  if (body.tokenHash !== ledger.tokenHashes.get(event.id))
    breach("S6", `${event.id} took ${event.cause} for its process, which it is not`);
  if ((body.epoch ?? 0) > seen.epoch)
    breach("S6", `a process of master ${body.epoch} was taken by master ${seen.epoch}`);
}

/** It was told to stop, if anybody could. L12: whoever is in one that was emptied is to be in a world soon. */
function onStopping({ ofMaster, ledger }: Auditor, { id, at }: Transition, before: Launch): void {
  // When it was decided: until it is written down its time runs already.
  if ("link" in before) ledger.stopped.set(id, ofMaster(at));
  for (const { session, expectedUntil } of before.drain ? Object.values(before.guests) : [])
    if (expectedUntil === undefined) ledger.drained.set(session, id);
}
