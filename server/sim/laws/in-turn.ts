import type { Travel } from "#core/travel/travel.ts";
import type { World } from "#core/world/world.ts";
import type { Transition } from "#engine/ports.ts";
import { idOf } from "#shared/address.ts";
import type { Auditor } from "../auditor.ts";
import type { Condition } from "../lasting.ts";

/** L11: fairness between those who wait for a world. */

/** A place opens: whoever waited for it until now is one cohort. Those whose pack is another wait for another launch. */
export function onOpening({ now, ledger, travels }: Auditor, { id, before, state }: Transition): void {
  const place = state as World | undefined;
  if (place?.phase !== "open") return void ledger.openings.delete(id);
  if (before === "open") return;
  const waiting = travels()
    .filter(([, travel]) => isWaitingFor(idOf(id), travel) && (place.pack ?? travel.pack) === travel.pack)
    .map(([address]) => address);
  ledger.openings.set(id, { at: now, waiting: new Set(waiting), servedMs: [] });
}

/** Somebody is shown the way to a launch: those of the same cohort are served with them. */
export function onServed({ now, ledger }: Auditor, event: Transition, before: Travel): void {
  if (before.phase !== "starting") return;
  const { world } = before.journey.target;
  ledger.overtaken.delete(event.id);
  const opening = ledger.openings.get(`world:${world}`);
  if (opening?.waiting.delete(event.id)) opening.servedMs.push(now - opening.at);
}

/** Somebody is let in: whoever asked earlier is to be let in no later. */
export function onAdmitted({ ledger, travels }: Auditor, { id }: Transition, before: Travel): void {
  if (before.phase !== "expecting") return;
  const { world } = before.journey.target;
  for (const [address, other] of travels())
    if (isWaitingFor(world, other) && other.by < before.by && other.pack === before.pack && address !== id)
      ledger.overtaken.set(address, id);
}

export function* queues({ now, ledger, seen, travels }: Auditor): Iterable<Condition> {
  if (ledger.overtaken.size + ledger.openings.size === 0) return;
  const all = new Map(travels());
  const excuse = seen.master.engine.isStalled ? "stalled" : undefined;
  for (const [travel, other] of ledger.overtaken)
    if (all.get(travel)?.phase === "starting")
      yield { law: "L11", key: travel, text: `${travel} waits for a world that let ${other} in`, excuse };
    else ledger.overtaken.delete(travel);
  for (const [world, { at, waiting, servedMs }] of ledger.openings) {
    for (const travel of waiting) if (all.get(travel)?.phase !== "starting") waiting.delete(travel);
    const median = medianOf([...servedMs, ...Array.from(waiting, () => now - at)]);
    if (now - at <= 2 * median) continue;
    for (const travel of waiting) {
      const text = `${travel} has waited for the open ${world} more than twice as long as others`;
      yield { law: "L11", key: `${travel} ${at}`, text };
    }
  }
}

function isWaitingFor(world: string, travel: Travel): travel is Travel & { phase: "starting" } {
  return travel.phase === "starting" && travel.journey.target.world === world;
}

/** The lower one of two. */
function medianOf(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
