import type { Session } from "#core/session/session.ts";
import { type Address, idOf } from "#shared/address.ts";
import type { Auditor } from "../auditor.ts";
import type { Condition } from "../lasting.ts";
import { linksInTime } from "./links-in-time.ts";
import { pagesInTime } from "./pages-in-time.ts";
import { worldsInTime } from "./worlds-in-time.ts";

/** How long it may take that a session hears of the end of its launch. */
const goneMs = 2_000;

/** Laws of the form "never for longer than": every condition that is broken right now. */
export function continuous(auditor: Auditor): Condition[] {
  const sessions = new Map(auditor.sessions());
  return [
    ...avatars(auditor, sessions),
    ...holds(auditor),
    ...pagesInTime(auditor),
    ...linksInTime(auditor),
    ...accounts(sessions),
    ...outstanding(auditor),
    ...ghosts(auditor, sessions),
    ...worldsInTime(auditor),
    ...crowds(auditor, sessions),
  ];
}

/** S2: one live avatar per session. S8: a live avatar's admission is the committed one. S9: its session exists. */
function* avatars(auditor: Auditor, sessions: ReadonlyMap<Address, Session>): Iterable<Condition> {
  const seen = new Map<string, { where: string; isFrozen: boolean }>();
  for (const { door, order, isFrozen, isAlive } of auditor.seen.processes.values())
    for (const [admission, { session, isActive }] of isAlive ? door.inside : []) {
      if (!isActive) continue;
      const where = `${admission} in ${order.launch}`;
      const twin = seen.get(session);
      seen.set(session, { where, isFrozen });
      const excuse = isFrozen ? "frozen" : undefined;
      if (twin)
        yield {
          law: "S2",
          key: session,
          text: `${session} lives as ${twin.where} and ${where}`,
          excuse: excuse ?? (twin.isFrozen ? "frozen" : undefined),
        };
      const state = sessions.get(`session:${session}`);
      const committed = state && "admission" in state ? state.admission?.id : undefined;
      if (committed !== admission)
        yield { law: "S8", key: admission, text: `${where} of ${session} is not committed`, excuse };
      if (!state)
        yield { law: "S9", key: admission, text: `${where} is of ${session}, which is no more`, excuse };
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

/** S9: and the other way round: nobody is believed to be where nothing is any more. */
function* ghosts(auditor: Auditor, sessions: ReadonlyMap<Address, Session>): Iterable<Condition> {
  const launches = new Set(auditor.launches().map(([address]) => address));
  for (const [session, state] of sessions) {
    const admission = "admission" in state ? state.admission : undefined;
    if (admission && !launches.has(admission.launch))
      yield {
        law: "S9",
        key: session,
        text: `${session} is in ${admission.launch}, which is no more`,
        boundMs: goneMs,
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
