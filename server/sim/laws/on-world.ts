import type { World, WorldInput } from "#core/world/world.ts";
import type { Transition } from "#engine/ports.ts";
import type { Address } from "#shared/address.ts";
import type { Auditor } from "../auditor.ts";
import { stepsIn } from "../marks.ts";
import { onOpening } from "./in-turn.ts";

/** The shortest rest, less what a slow disk takes to write down that it has begun. */
const atOnceMs = 50;

/** L7: a world that fails again and again rests in between. */
export function onWorld(auditor: Auditor, event: Transition): void {
  count(auditor, event);
  onOpening(auditor, event);
  if (event.input === "require") isRedeemed(auditor, event);
  noteSuccession(auditor, event);
  const { now, ledger, breach } = auditor;
  const { id, before, after, input } = event;
  const failed = ledger.failed.get(id);
  if (!failed || after !== "starting" || before === "starting" || input === "replace") return;
  if (failed.count >= 3 && now < failed.at + atOnceMs)
    breach("L7", `${id} is begun again at once after it failed ${failed.count} times`);
}

/** S7: no process begins for somebody who may never come. Between engines who asked may be elsewhere by now. */
function isRedeemed({ ledger, breach, seen, travels }: Auditor, { id, cause }: Transition): void {
  if (seen.master.engine.count > 1 || !cause.startsWith("travel:") || ledger.redeemed.has(cause)) return;
  const isPreparing = travels().some(([travel, { phase }]) => travel === cause && phase === "leased");
  if (isPreparing) breach("S7", `${id} is wanted by ${cause}, which still prepares`);
}

/** How often in a row it failed; one that stayed up, or that proved itself before it took over, begins anew. */
function count({ now, seen, ledger, ofMaster }: Auditor, event: Transition): void {
  const { id, input, cause: from } = event;
  const before = event.previous as World | undefined;
  const [was, is] = [launchOf(before), launchOf(event.state as World | undefined)];
  if (input === "replace" || (was && is && was !== is)) ledger.failed.delete(id);
  if (input !== "ended" || !before || was !== from) return;
  const { cause } = event.body as { cause?: string };
  // A world that an operator emptied is not one that failed.
  if (cause === undefined || before.phase === "leaving") return void ledger.failed.delete(id);
  const { backoffForgetMs } = seen.circumstances.limits;
  const isProven = "openedAt" in before && now >= ofMaster(before.openedAt) + backoffForgetMs;
  ledger.failed.set(id, { count: isProven ? 1 : (ledger.failed.get(id)?.count ?? 0) + 1, at: now });
}

function launchOf(state: World | undefined): Address | undefined {
  return state && "launch" in state ? state.launch : undefined;
}

/** Who took over from whom, and what was done in the launch before since. */
function noteSuccession(auditor: Auditor, event: Transition): void {
  const { ledger } = auditor;
  const body = event.body as WorldInput;
  const [was, is] = [
    launchOf(event.previous as World | undefined),
    launchOf(event.state as World | undefined),
  ];
  if (was && is && was !== is && (event.state as World).old?.at(-1) === was) ledger.follows.set(is, was);
  if (body.type !== "went.on" || !is || ledger.follows.get(is) !== event.cause) return;
  // When all its players are sent elsewhere none of its launches follows another any more.
  if (ledger.liars.has(event.cause) || event.after === "leaving") return;
  // One that is told to stop takes nothing more over.
  if (new Map(auditor.launches()).get(is)?.phase === "stopping") return;
  ledger.owed.set(is, Math.max(stepsIn(body.text), ledger.owed.get(is) ?? 0));
}
