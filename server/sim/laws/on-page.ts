import type { Journey, JourneyEffect, JourneyInput, Travel } from "#client/app/journey-state.ts";
import { parseName } from "#core/session/names.ts";
import type { ToClient } from "#shared/protocol/client-master.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import type { Auditor } from "../auditor.ts";
import type { Page } from "../client.ts";
import { laws } from "../laws.ts";
import { hashOf } from "../nature.ts";

/** Laws about what a player goes through; some hold only in the suites that allow nothing to go wrong for them. */
export function onPage(
  auditor: Auditor,
  page: Page,
  before: Journey,
  input: JourneyInput,
  effects: readonly JourneyEffect[],
): void {
  const { suite } = auditor.seen.circumstances;
  if (input.type === "control.heard") onWord(auditor, page, input.message, effects);
  isCurrent(auditor, page, before, input);
  if (suite === "calm") isFirstTry(auditor, page, effects);
  if (suite === "calm") isQuick(auditor, page, input);
  if (suite === "calm") isSafe(auditor, page, before, effects);
  if (suite === "restart") isUnbroken(auditor, page, before, input);
}

/** S22: what belongs to an older connection or to an older journey moves nothing. */
function isCurrent({ breach }: Auditor, { id, journey }: Page, before: Journey, input: JourneyInput): void {
  const { travel, world, control } = before;
  if (journey.travel === travel && journey.world === world && journey.control === control) return;
  const dials = [control, travel, world].flatMap((one) => (one && "dial" in one ? [one.dial] : []));
  if ("dial" in input && !dials.includes(input.dial))
    breach("S22", `${id} was moved by ${input.type} of connection ${input.dial}, which it had given up`);
  if (input.type !== "control.heard" || !travel || journey.travel === travel) return;
  if (!isOf(travel, input.message))
    breach("S22", `${id} is ${travel.phase} and was moved by ${input.message.type} of another journey`);
}

/** What the master says of a journey names its lease, or the request it answers. */
function isOf(travel: Travel, message: ToClient): boolean {
  if (message.type !== "ticket" && message.type !== "denied" && message.type !== "lease.refreshed")
    return true;
  if ("re" in message && "re" in travel && message.re === travel.re) return true;
  return "lease" in travel && message.lease === travel.lease.id;
}

/** L8: nobody has to try again. */
function isFirstTry({ breach, ledger }: Auditor, { id }: Page, effects: readonly JourneyEffect[]): void {
  for (const effect of effects) {
    if (effect.type === "dial.control") breach("L8", `${id} has to dial again`);
    if (effect.type !== "send.control" || effect.message.type !== "lease.redeem") continue;
    const name = `${id} ${effect.message.lease}`;
    if (ledger.tries.has(name)) breach("L8", `${id} has to redeem ${effect.message.lease} again`);
    ledger.tries.add(name);
  }
}

/** L8: nobody waits for long. */
function isQuick(auditor: Auditor, page: Page, input: JourneyInput): void {
  if (input.type === "pack.ready") page.readyAt = auditor.now;
  if (input.type !== "world.drawn") return;
  const waited = auditor.now - page.readyAt;
  if (waited > laws.L8.boundMs)
    auditor.breach("L8", `${page.id} waited ${Math.round(waited)} ms for its world`);
}

/** L8: nobody leaves a world before they are in another. */
function isSafe({ breach }: Auditor, page: Page, before: Journey, effects: readonly JourneyEffect[]): void {
  const { world } = before;
  if (!world?.isLive || page.journey.world?.dial !== world.dial) return;
  if (effects.some((effect) => effect.type === "close.world" && effect.dial === world.dial))
    breach("L8", `${page.id} left ${world.key} for nothing`);
}

/** L9: a master that is killed and comes back costs nobody their world or their session. */
function isUnbroken(auditor: Auditor, page: Page, before: Journey, input: JourneyInput): void {
  const { world, resume, travel } = before;
  // Whoever stands in the next door may be committed there before the page has heard of it.
  const isLeaving = travel?.phase === "entering";
  if (input.type === "world.closed" && world?.dial === input.dial && world.isLive && !isLeaving)
    if (input.code !== closeCodes.departed.code)
      auditor.breach("L9", `${page.id} lost ${world.key} while the master was away (${input.code})`);
  if (input.type === "control.heard" && input.message.type === "welcome" && resume && !input.message.resumed)
    auditor.breach("L9", `${page.id} came back to a session that was gone`);
}

/** What a page was told is a promise: of a place that lets it in, or of an account that is its own. */
function onWord(
  { ledger, seen, travels, breach, ofMaster }: Auditor,
  page: Page,
  message: ToClient,
  effects: readonly JourneyEffect[],
): void {
  if (message.type === "identity" && !message.guest) {
    const name = parseName(message.name);
    if (name) ledger.accounts.add(`account:${name.folded}`);
  }
  if (message.type !== "ticket") return;
  const { ticket, url, admission, world } = message;
  if (url.includes(ticket)) breach("S25", `${url} carries its ticket`);
  const hash = hashOf(ticket);
  // Who cheats may show a ticket it had not asked for; whoever else goes with one has the pack ready.
  const isGoing = effects.some(({ type }) => type === "dial.world");
  if (isGoing && (page.packs.has(world) || seen.circumstances.habits.cheat === 0))
    ledger.packs.set(hash, page.packs.get(world));
  for (const [, state] of travels())
    if (state.phase === "admitted" && state.door.admission === admission)
      ledger.issued.set(hash, { admission, launch: state.door.launch, until: ofMaster(state.wakeAt) });
}
