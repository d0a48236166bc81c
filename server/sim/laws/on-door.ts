import { admissionOf, type Door, type DoorEffect, type DoorInput } from "#world-server/door-state.ts";
import type { Auditor } from "../auditor.ts";
import { isHonest } from "../tempers.ts";
import type { SimWorld } from "../world.ts";

/** Laws about what worlds do, checked at the moment it is done. */
export function onDoor(
  auditor: Auditor,
  world: SimWorld,
  input: DoorInput,
  before: Door,
  effects: readonly DoorEffect[],
): void {
  for (const effect of effects) {
    if (effect.type === "tell" && effect.message.type === "acked")
      auditor.ledger.acked.set(effect.message.admission, `launch:${world.order.launch}`);
    if (effect.type === "place" && input.type === "show")
      isFirst(auditor, world, before, input, effect.admission);
    if (effect.type === "close" && input.type === "show" && effect.why === "admissionDenied")
      isDeserved(auditor, world, before, input);
  }
  if (input.type === "unhold") isOver(auditor, world, before, input);
  const isEnd = input.type === "stop" ? input.reason === "idle" : effects.some(({ type }) => type === "exit");
  // Whoever says that it is empty when it is not has nobody to blame.
  if (isEnd && isHonest(world)) isEmpty(auditor, world, before);
}

/** S1: a ticket admits once. S26: and nobody without one. S27: with the pack the launch has. */
function isFirst(
  { ledger, breach }: Auditor,
  world: SimWorld,
  before: Door,
  { connection, ticketHash }: DoorInput & { type: "show" },
  admission: string,
): void {
  const { launch } = world.order;
  const times = (ledger.placed.get(admission) ?? 0) + 1;
  ledger.placed.set(admission, times);
  if (times > 1) breach("S1", `the ticket of ${admission} opened ${launch} ${times} times`);
  const others = [...before.inside.values()].filter((one) => one.connection === connection);
  if (others.length > 0) breach("S1", `${connection} came to ${launch} twice, now as ${admission}`);
  if (before.expected.get(admission)?.ticketHash !== ticketHash)
    breach("S26", `${connection} came to ${launch} as ${admission} with a ticket of somebody else`);
  if (!ledger.packs.has(ticketHash)) return;
  const pack = ledger.packs.get(ticketHash);
  if (pack !== world.pack) breach("S27", `${admission} came to ${launch} of ${world.pack} with ${pack}`);
}

/** S13: a good ticket, shown for the first time, is not turned away. */
function isDeserved(
  auditor: Auditor,
  world: SimWorld,
  before: Door,
  { connection, ticketHash }: DoorInput & { type: "show" },
): void {
  const { now, ledger, breach } = auditor;
  const ticket = ledger.issued.get(ticketHash);
  if (!ticket || ticket.launch !== `launch:${world.order.launch}` || ticket.until <= now) return;
  if (ledger.placed.has(ticket.admission) || world.door.isShut) return;
  if (admissionOf(before, connection) !== undefined || before.closing.has(connection)) return;
  const isGood = auditor
    .travels()
    .some(([, state]) => state.phase === "admitted" && state.door.admission === ticket.admission);
  if (isGood) breach("S13", `${world.order.launch} turned ${ticket.admission} away`);
}

/** S3: a hold ends with its own journey, and not before. */
function isOver(
  { breach, travels }: Auditor,
  { door, order }: SimWorld,
  before: Door,
  { admission, request }: DoorInput & { type: "unhold" },
): void {
  const hold = before.inside.get(admission)?.hold;
  if (!hold || door.inside.get(admission)?.hold) return;
  if (hold.request !== request)
    breach("S3", `${admission} in ${order.launch} was held for ${hold.request} until the end of ${request}`);
  for (const [travel, { phase, journey }] of travels())
    if (phase !== "departing" && journey.source?.request === request)
      breach("S3", `${admission} in ${order.launch} is not held any more while ${travel} is ${phase}`);
}

/** S5: a world that somebody is in, or may still come to, is not stopped for being empty. */
function isEmpty({ now, breach }: Auditor, world: SimWorld, before: Door): void {
  const wanted = [...before.expected.values()].filter(({ expiresAt }) => expiresAt > now);
  if (before.inside.size + wanted.length > 0)
    breach(
      "S5",
      `${world.order.launch} was stopped as idle with ${before.inside.size} inside and ${wanted.length} expected`,
    );
}
