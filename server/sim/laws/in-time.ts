import type { Session } from "#core/session/session.ts";
import { type Address, idOf } from "#shared/address.ts";
import type { Auditor, Condition } from "../auditor.ts";
import type { SimWorld } from "../world.ts";
import { worldsInTime } from "./worlds-in-time.ts";

/** Laws of the form "never for longer than": every condition that is broken right now. */
export function continuous(auditor: Auditor): Condition[] {
  if (!auditor.seen.master.isAlive) return [];
  const sessions = new Map(auditor.sessions());
  return [
    ...avatars(auditor, sessions),
    ...holds(auditor),
    ...processes(auditor),
    ...requests(auditor),
    ...resumes(auditor),
    ...accounts(sessions),
    ...outstanding(auditor),
    ...ghosts(auditor, sessions),
    ...worldsInTime(auditor),
    ...crowds(auditor, sessions),
    ...connections(auditor),
    ...queues(auditor),
  ];
}

/** A process the master can speak to: what it does not know it cannot obey. */
function isReachable(world: SimWorld): boolean {
  return world.isAlive && !world.isFrozen && world.linkedAt !== undefined;
}

/** S2: one live avatar per session. S8: a live avatar's admission is the committed one. */
function* avatars(auditor: Auditor, sessions: ReadonlyMap<Address, Session>): Iterable<Condition> {
  const seen = new Map<string, string>();
  for (const world of auditor.seen.processes.values()) {
    if (!isReachable(world)) continue;
    for (const [admission, { session, isActive }] of world.door.inside) {
      if (!isActive) continue;
      const where = `${admission} in ${world.order.launch}`;
      const twin = seen.get(session);
      if (twin)
        yield {
          law: "S2",
          key: session,
          text: `${session} lives as ${twin} and ${where}`,
        };
      seen.set(session, where);
      const state = sessions.get(`session:${session}`);
      const committed = state && "admission" in state ? state.admission?.id : undefined;
      if (committed !== admission)
        yield {
          law: "S8",
          key: admission,
          text: `${where} of ${session} is not committed`,
        };
    }
  }
}

/** S3: a hold has a journey. */
function* holds(auditor: Auditor): Iterable<Condition> {
  const journeys = new Set(auditor.travels().map(([, { journey }]) => journey.source?.request));
  for (const world of auditor.seen.processes.values())
    for (const [admission, { hold }] of world.door.inside)
      if (hold && hold.until > auditor.now && !journeys.has(hold.request))
        yield {
          law: "S3",
          key: `${admission} ${hold.request}`,
          text: `${admission} is held for nothing`,
        };
}

/** S7: a process has a launch that wants it. */
function* processes(auditor: Auditor): Iterable<Condition> {
  const launches = new Map(auditor.launches());
  for (const world of auditor.seen.processes.values()) {
    const state = launches.get(`launch:${world.order.launch}`);
    if (!state || state.phase === "stopping")
      yield {
        law: "S7",
        key: world.order.launch,
        text: `${world.order.launch} is not wanted and lives`,
      };
  }
}

/** L6: every request is answered. */
function* requests(auditor: Auditor): Iterable<Condition> {
  // Nothing is said before it is true: a master that cannot commit is silent, and says so once it can.
  if (auditor.seen.master.engine.isStalled) return;
  for (const { pages } of auditor.seen.players)
    for (const page of pages)
      for (const [id, { message }] of page.isDeaf ? [] : page.waiting)
        yield {
          law: "L6",
          key: `${page.id} ${id}`,
          text: `${page.id} waits for an answer to ${message.type}`,
        };
}

/** L9: whoever had a session has it again soon after the next master listens. */
function* resumes({ seen }: Auditor): Iterable<Condition> {
  if (seen.circumstances.suite !== "restart") return;
  for (const { pages } of seen.players)
    for (const { id, isOpen, resume, journey } of pages)
      if (isOpen && resume && journey.control.phase !== "up")
        yield {
          law: "L9",
          key: `${id} ${seen.epoch}`,
          text: `${id} is ${journey.control.phase} while master ${seen.epoch} listens`,
        };
}

/** S10: an account is live in one session. */
function* accounts(sessions: ReadonlyMap<Address, Session>): Iterable<Condition> {
  const owners = new Map<string, Address>();
  for (const [session, state] of sessions) {
    const account = "identity" in state ? state.identity.account : undefined;
    if (account === undefined) continue;
    const other = owners.get(account);
    if (other) yield { law: "S10", key: account, text: `${account} is live in ${other} and ${session}` };
    owners.set(account, session);
  }
}

/** S9: nobody is believed to be where nothing is any more. */
function* ghosts(auditor: Auditor, sessions: ReadonlyMap<Address, Session>): Iterable<Condition> {
  const launches = new Set(auditor.launches().map(([address]) => address));
  for (const [session, state] of sessions) {
    const admission = "admission" in state ? state.admission : undefined;
    if (admission && !launches.has(admission.launch))
      yield {
        law: "S9",
        key: session,
        text: `${session} is in ${admission.launch}, which is no more`,
      };
  }
}

/** S15: one outstanding admission per session. */
function* outstanding(auditor: Auditor): Iterable<Condition> {
  const journeys = new Map<Address, Address>();
  for (const [travel, { phase, journey }] of auditor.travels()) {
    if (phase === "departing") continue;
    const other = journeys.get(journey.session);
    if (other)
      yield {
        law: "S15",
        key: journey.session,

        text: `${idOf(journey.session)} travels as ${other} and ${travel}`,
      };
    journeys.set(journey.session, travel);
  }
}

/** S21: nothing holds more than it may. */
function* crowds(auditor: Auditor, sessions: ReadonlyMap<Address, Session>): Iterable<Condition> {
  const { limits } = auditor.seen.circumstances;
  const law = "S21";
  const players = [...sessions.values()].filter(
    ({ phase }) => phase !== "naming" && phase !== "ending",
  ).length;
  if (players > limits.playersTotal) yield { law, key: "lobby", text: `${players} players are in` };
  for (const { door, order } of auditor.seen.processes.values()) {
    const valid = [...door.expected.values()].filter(({ expiresAt }) => expiresAt > auditor.now);
    const all = new Set([...door.inside.values(), ...valid].map(({ session }) => session));
    if (all.size > door.options.capacity)
      yield {
        law,
        key: order.launch,
        text: `${order.launch} holds ${all.size}, not ${door.options.capacity}`,
      };
    if (valid.length > limits.ticketsPerWorld)
      yield { law, key: order.launch, text: `${valid.length} tickets are out for ${order.launch}` };
  }
}

/** S6: one connection speaks for a launch. S26: whoever has not said who they are is not kept. */
function* connections({ seen }: Auditor): Iterable<Condition> {
  const known = new Set<Address>();
  for (const launch of seen.master.speakers) {
    if (known.has(launch)) yield { law: "S6", key: launch, text: `two connections speak for ${launch}` };
    known.add(launch);
  }
  for (const stranger of seen.master.strangers)
    yield { law: "S26", key: stranger, text: `${stranger} has not said who it is` };
}

/** L11: who asked earlier waits no longer. */
function* queues({ ledger, travels }: Auditor): Iterable<Condition> {
  if (ledger.overtaken.size === 0) return;
  const waiting = new Map(travels());
  for (const travel of ledger.overtaken.keys())
    if (waiting.get(travel)?.phase === "starting")
      yield { law: "L11", key: travel, text: `${travel} waits for a world that let others in` };
    else ledger.overtaken.delete(travel);
}
