import type { Session } from "#core/session/session.ts";
import type { Launch, LaunchInput } from "#core/world/launch.ts";
import type { Transition } from "#engine/ports.ts";
import type { Auditor } from "../auditor.ts";
import { betweenEnginesMs } from "../laws.ts";

/** L12: a drain ends in time, and no sooner: everybody has their time to go. Checked when somebody is put out. */

/** Sums of fractions are not exact. */
const exactMs = 1;

export function onDrain(auditor: Auditor, event: Transition): void {
  const body = event.body as LaunchInput;
  isPutOut(auditor, event);
  noteAsked(auditor, event);
  if (body.type === "kick" && body.reason === "world_draining") isGivenUp(auditor, event);
}

function noteAsked({ ledger, seen }: Auditor, { id, at, previous, state }: Transition): void {
  const [was, is] = [previous, state].map((launch) => (launch as Launch | undefined)?.drain?.asked);
  // A drain that is ordered anew begins anew.
  if (!is) ledger.asked.delete(id);
  else if (is.last !== was?.last && ledger.asked.get(id)?.epoch !== seen.epoch)
    ledger.asked.set(id, { epoch: seen.epoch, at });
}

/** Those of whom the process is taken were asked by the very master that does it, and long enough ago. */
function isPutOut(auditor: Auditor, { id, at, previous, state }: Transition): void {
  const { now, ledger, breach, seen } = auditor;
  const { evacuationMs } = seen.circumstances.limits;
  // What an engine that was killed had decided nobody has seen.
  if (seen.master.engine.count > 1 && auditor.hasRestartedSince(now - evacuationMs - betweenEnginesMs))
    return;
  const [before, after] = [previous, state] as (Launch | undefined)[];
  if (before?.phase !== "running" || after?.phase !== "stopping" || after.reason !== "drained") return;
  if (Object.values(before.guests).every(({ expectedUntil }) => expectedUntil !== undefined)) return;
  const asked = ledger.asked.get(id);
  const hadMs = asked?.epoch === seen.epoch ? at - asked.at : 0;
  if (hadMs < evacuationMs - exactMs)
    breach("L12", `${id} ends ${hadMs} ms after this master has asked its players to go`);
}

/** A page that does not know yet that there is a master again is back by then. Between engines it may just be back. */
function isGivenUp({ ledger, breach, seen }: Auditor, { id, at, cause }: Transition): void {
  if (seen.master.engine.count > 1) return;
  const awayMs = at - (ledger.awaySince.get(cause) ?? at);
  if (awayMs < seen.circumstances.limits.evacuationMs - exactMs)
    breach("L12", `${cause} is put out of ${id}, and had no connection for ${awayMs} ms`);
}

/** Since when a session has no connection, as the master of now knows it. */
export function noteConnection({ ledger }: Auditor, { id, at, input, previous, state }: Transition): void {
  const session = state as Session | undefined;
  const isAway = session !== undefined && "client" in session && session.client === undefined;
  if (!isAway) ledger.awaySince.delete(id);
  else if (input === "closed" && state !== previous) ledger.awaySince.set(id, at);
}
