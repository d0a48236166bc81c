import type { Journey, JourneyInput } from "#client/app/journey-state.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import type { Page } from "../client.ts";
import type { Auditor } from "../auditor.ts";

/** A world that has to be started, the slowest wires, and a little: from the pack to the first frame. */
const travelMs = 6_000;

/** Laws about what a player goes through, in the suites that allow nothing to go wrong for them. */
export function onPage(auditor: Auditor, page: Page, before: Journey, input: JourneyInput): void {
  const { suite } = auditor.seen.circumstances;
  if (suite === "calm") isQuick(auditor, page, input);
  if (suite === "restart") isUnbroken(auditor, page, before, input);
}

/** L8: nobody waits for long. */
function isQuick(auditor: Auditor, page: Page, input: JourneyInput): void {
  if (input.type === "pack.ready") page.readyAt = auditor.now;
  if (input.type !== "world.drawn") return;
  const waited = auditor.now - page.readyAt;
  if (waited > travelMs) auditor.breach("L8", `${page.id} waited ${Math.round(waited)} ms for its world`);
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
