import type { Account } from "#core/account/account.ts";
import type { Session, SessionInput } from "#core/session/session.ts";
import type { Travel } from "#core/travel/travel.ts";
import type { Transition } from "#engine/ports.ts";
import { kindOf } from "#shared/address.ts";
import type { Auditor } from "../auditor.ts";
import { nameMark } from "../marks.ts";
import { onEnding } from "./on-ending.ts";
import { onAdmitted, onServed } from "./in-turn.ts";
import { noteConnection } from "./on-drain.ts";
import { onLaunch } from "./on-launch.ts";
import { onMemory } from "./on-memory.ts";
import { onWorld } from "./on-world.ts";

/** Laws about what machines do, checked at the moment it is done. */
const looks: Record<string, (auditor: Auditor, event: Transition) => void> = {
  session: onSession,
  account: onAccount,
  travel: onTravel,
  launch: onLaunch,
  memory: onMemory,
  world: onWorld,
};

export function onTransition(auditor: Auditor, event: Transition): void {
  looks[kindOf(event.id)]?.(auditor, event);
  if (event.previous !== event.state && event.input !== "heartbeat") auditor.log(event);
}

function onSession(auditor: Auditor, event: Transition): void {
  onEnding(auditor, event);
  const before = event.previous as Session | undefined;
  const after = event.state as Session | undefined;
  const body = event.body as SessionInput;
  noteConnection(auditor, event);
  if (before === after) return;
  if (!before) return isKnown(auditor, event, body);
  const client = "client" in before ? before.client : undefined;
  if (event.cause.startsWith("client:") && body.type !== "open" && event.cause !== client)
    auditor.breach(
      "S22",
      `${event.cause} moved ${event.id} with ${body.type}, whose connection is ${client}`,
    );
  if (body.type === "saved") isSave(auditor, event, body);
  if (body.type === "gone") isWalked(auditor, event, before);
  if (body.type === "portal") isOwnPortal(auditor, event, body);
  if (after) isArrival(auditor, event, before, after);
}

/** S26: whoever comes with a foreign version leaves no trace. */
function isKnown(auditor: Auditor, event: Transition, body: SessionInput): void {
  if (
    body.type === "open" &&
    body.hello.version === auditor.seen.version &&
    body.hello.protocol !== undefined
  )
    return;
  auditor.breach("S26", `${event.id} began with ${body.type} from ${event.cause}`);
}

/** S4: a save counts from the committed admission. S23: and in order. */
function isSave(
  { breach, ledger }: Auditor,
  event: Transition,
  body: SessionInput & { type: "saved" },
): void {
  const before = event.previous as Session;
  const after = event.state as Session | undefined;
  if (!("place" in before) || !after || !("place" in after) || after.place === before.place) return;
  const admission = "admission" in before ? before.admission?.id : undefined;
  if (admission !== body.admission)
    breach("S4", `${event.id} took a save of ${body.admission} while it was in as ${admission}`);
  const newest = ledger.seqs.get(body.admission) ?? 0;
  if (body.seq <= newest) breach("S23", `${event.id} took save ${body.seq} of ${admission} after ${newest}`);
  ledger.seqs.set(body.admission, body.seq);
}

/** S24: whoever's world died is where they last stood, but for a few steps. */
function isWalked({ breach, ledger, hasStalledSince }: Auditor, event: Transition, before: Session): void {
  if (!("admission" in before) || !before.admission) return;
  const stood = ledger.walked.get(before.admission.id);
  if (
    stood === undefined ||
    hasStalledSince(stood.at) ||
    before.admission.id !== (event.body as { admission?: string }).admission
  )
    return;
  const known = before.place?.x ?? 0;
  const world = before.admission.world;
  if (before.phase === "inWorld" && before.admission.identity.account === before.identity.account)
    ledger.stood.set(event.id, { world, x: stood.x });
  if (known < stood.x - 1) breach("S24", `${event.id} walked to ${stood.x} and is thought to be at ${known}`);
}

/** S18: only the world a player is in moves them. */
function isOwnPortal({ breach }: Auditor, event: Transition, body: SessionInput & { type: "portal" }): void {
  const before = event.previous as Session;
  const here = "admission" in before ? before.admission : undefined;
  if (here?.id !== body.admission || here.launch !== event.cause)
    breach("S18", `${event.cause} moved ${event.id} as ${body.admission}, who is in as ${here?.id}`);
}

/** S17: where a player is changes by an arrival that happened. */
function isArrival({ breach, ledger }: Auditor, event: Transition, before: Session, after: Session): void {
  const was = "admission" in before ? before.admission?.id : undefined;
  const is = "admission" in after ? after.admission : undefined;
  if (!is || is.id === was) return;
  if (ledger.committed.has(is.id)) breach("S16", `${is.id} of ${event.id} was committed before`);
  ledger.committed.add(is.id);
  ledger.stood.delete(event.id);
  const isLied = ledger.liars.has(is.launch);
  if (event.input !== "committed" || (!isLied && !ledger.placed.has(is.id)))
    breach("S17", `${event.id} is in ${is.launch} as ${is.id}, where nobody arrived, by ${event.input}`);
}

/** S11: what is saved for an account is where its own avatar stood. Avatars stand on a mark of their name. */
function onAccount({ breach }: Auditor, event: Transition): void {
  const account = event.state as Account | undefined;
  const y = account?.place?.y;
  if (!account || y === undefined || y < 1_000 || y === nameMark(account.name)) return;
  breach(
    "S11",
    `${event.id} was given a place where somebody else stood by ${event.input} from ${event.cause}`,
  );
}

/** S24: whoever lost their world comes back to where they stood. */
function isBack({ breach, ledger }: Auditor, { id }: Transition, { journey }: Travel): void {
  const { session, cause, target } = journey;
  const stood = ledger.stood.get(session);
  ledger.stood.delete(session);
  if (stood && cause === "rejoin" && stood.world === target.world && target.x < stood.x - 1)
    breach("S24", `${id} leads back to ${target.x}, and not to ${stood.x}`);
}

function onTravel(auditor: Auditor, event: Transition): void {
  onEnding(auditor, event);
  const { breach, ledger } = auditor;
  const before = event.previous as Travel | undefined;
  const after = event.state as Travel | undefined;
  if (after && !before) isBack(auditor, event, after);
  // What a killed master committed nobody has heard of; the next one goes on from there.
  const isRedeemed = event.input === "redeem" || before?.phase !== "leased";
  if (before && isRedeemed) ledger.redeemed.add(event.id);
  if (!after || !before || before.phase === after.phase) return;
  if (after.phase !== "leased") onServed(auditor, event, before);
  if (after.phase !== "admitted") return;
  if (before.phase === "expecting") onAdmitted(auditor, event, before);
  const { admission, launch } = after.door;
  // S14: the client hears of the ticket after its world did.
  if (ledger.acked.get(admission) !== launch)
    breach("S14", `${event.id} was sent to ${launch}, which has not said that it expects ${admission}`);
}
