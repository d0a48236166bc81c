import type { Travel } from "#client/app/journey-state.ts";
import type { Auditor } from "../auditor.ts";
import type { Page } from "../client.ts";
import type { Condition } from "../lasting.ts";

/** Laws of the form "never for longer than" about what players wait for. */
export function* pagesInTime({ seen, hasRestartedSince }: Auditor): Iterable<Condition> {
  for (const page of seen.players.flatMap(({ pages }) => pages).filter(({ isOpen }) => isOpen)) {
    const isLost = (at: number): boolean => seen.master.engine.count > 1 && hasRestartedSince(at);
    yield* requests(page, seen.master.engine.isStalled, isLost);
    yield* attempts(page, seen.epoch);
    if (seen.circumstances.suite === "restart") yield* resumes(page, seen.epoch);
  }
}

/** L6: every request is answered. But an answer dies with the engine that gives it, when the session has another. */
function* requests(
  { id, isDeaf, waiting }: Page,
  isStalled: boolean,
  isLost: (at: number) => boolean,
): Iterable<Condition> {
  for (const [number, { message, at }] of waiting)
    if (!isLost(at))
      yield {
        law: "L6",
        key: `${id} ${number}`,
        text: `${id} waits for an answer to ${message.type}`,
        excuse: isDeaf ? "deaf" : isStalled ? "stalled" : undefined,
      };
}

/**
 * L6: and no step of a journey is waited for any longer, whatever became of the answer. Packs take their time,
 * and what a master that was killed had begun its successor has the whole time for.
 */
function* attempts({ id, journey }: Page, epoch: number): Iterable<Condition> {
  const { travel, portal, control } = journey;
  const excuse = control.phase === "up" ? undefined : "alone";
  const step = travel && stepOf(travel);
  if (step !== undefined)
    yield { law: "L6", key: `${id} ${step} ${epoch}`, text: `${id} is ${travel?.phase} (${step})`, excuse };
  if (portal) yield { law: "L6", key: `${id} portal ${portal.re}`, text: `${id} waits for a portal` };
}

function stepOf(travel: Travel): string | undefined {
  if ("re" in travel) return `request ${travel.re}`;
  return travel.phase === "entering" ? `dial ${travel.dial}` : undefined;
}

/** L9: whoever had a session has it again soon after the next master listens. */
function* resumes({ id, resume, journey }: Page, epoch: number): Iterable<Condition> {
  if (!resume || journey.control.phase === "up") return;
  const text = `${id} is ${journey.control.phase} while master ${epoch} listens`;
  yield { law: "L9", key: `${id} ${epoch}`, text };
}
