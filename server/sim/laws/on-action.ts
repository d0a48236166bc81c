import type { Account } from "#core/account/account.ts";
import type { Session, SessionInput } from "#core/session/session.ts";
import type { Transition } from "#engine/ports.ts";
import { kindOf } from "#shared/address.ts";
import type { Door, DoorEffect, DoorInput } from "#world-server/door-state.ts";
import type { Auditor } from "../auditor.ts";
import { nameMark, type SimWorld } from "../world.ts";

/** Laws about what is done, checked at the moment it is done. */
export function onTransition(auditor: Auditor, event: Transition): void {
  const kind = kindOf(event.id);
  if (kind === "session") onSession(auditor, event);
  if (kind === "account") onAccount(auditor, event);
  if (kind === "travel" || kind === "launch" || kind === "session") onEnding(auditor, event);
}

/** S16: what has ended does not come back. */
function onEnding(auditor: Auditor, { id, before, after, input }: Transition): void {
  if (before !== "absent" && after === "absent") auditor.ended.add(id);
  else if (before === "absent" && after !== "absent" && auditor.ended.has(id))
    auditor.breach("S16", `${id} came back from its end by ${input}`);
}

function onSession(auditor: Auditor, event: Transition): void {
  const before = event.previous as Session | undefined;
  const after = event.state as Session | undefined;
  const body = event.body as SessionInput;
  if (!before || before === after) return;
  const client = "client" in before ? before.client : undefined;
  if (event.cause.startsWith("client:") && body.type !== "open" && event.cause !== client)
    auditor.breach(
      "S22",
      `${event.cause} moved ${event.id} with ${body.type}, whose connection is ${client}`,
    );
  if (body.type !== "saved" || !("place" in before) || !after || !("place" in after)) return;
  const admission = "admission" in before ? before.admission?.id : undefined;
  if (after.place !== before.place && admission !== body.admission)
    auditor.breach("S4", `${event.id} took a save of ${body.admission} while it was in as ${admission}`);
}

/** S11: what is saved for an account is where its own avatar stood. Avatars stand on a mark of their name. */
function onAccount(auditor: Auditor, event: Transition): void {
  const account = event.state as Account | undefined;
  const y = account?.place?.y;
  if (!account || y === undefined || y < 1_000 || y === nameMark(account.name)) return;
  auditor.breach(
    "S11",
    `${event.id} was given a place where somebody else stood by ${event.input} from ${event.cause}`,
  );
}

export function onDoor(
  auditor: Auditor,
  world: SimWorld,
  input: DoorInput,
  before: Door,
  effects: readonly DoorEffect[],
): void {
  for (const effect of effects) {
    if (effect.type !== "place") continue;
    // S1: a ticket admits once.
    const times = (auditor.placed.get(effect.admission) ?? 0) + 1;
    auditor.placed.set(effect.admission, times);
    if (times > 1)
      auditor.breach("S1", `the ticket of ${effect.admission} opened ${world.order.launch} ${times} times`);
  }
  // S5: a world that somebody is in, or may still come to, is not stopped for being empty.
  if (input.type !== "stop" || input.reason !== "idle") return;
  const wanted = [...before.expected.values()].filter(({ expiresAt }) => expiresAt > auditor.now);
  if (before.inside.size + wanted.length > 0)
    auditor.breach(
      "S5",
      `${world.order.launch} was stopped as idle with ${before.inside.size} inside and ${wanted.length} expected`,
    );
}
