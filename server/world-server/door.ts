import { depart, disconnect, leave, prepareStop, stop, wake } from "./door-leave.ts";
import { hold, unhold, usePortal } from "./door-portal.ts";
import {
  admissionOf,
  put,
  tell,
  without,
  type Door,
  type DoorEffect,
  type DoorInput,
  type DoorStep,
  type Moment,
} from "./door-state.ts";

type Got<T extends DoorInput["type"]> = Extract<DoorInput, { type: T }>;

/** What the door does with each word. */
const handlers: { [T in DoorInput["type"]]: (door: Door, input: Got<T>, moment: Moment) => DoorStep } = {
  // A player arrives
  expect,
  show,
  activate,
  revoke: (door, { admission }) => ({ door: forget(door, admission), effects: [] }),
  // uses portals
  usePortal,
  hold,
  unhold,
  // speaks
  bubble,
  // and leaves.
  depart,
  kick: (door, { admission }, moment) => leave(forget(door, admission), admission, "removed", moment),
  disconnect,
  wake,
  save,
  "stop.prepare": prepareStop,
  stop,
  // Not the door's affair: of the whole process, and of what its rules remember.
  test: (door) => ({ door, effects: [] }),
  handover: (door) => ({ door, effects: [] }),
  restore: (door) => ({ door, effects: [] }),
  // The master counts on this launch again: it has forgotten that it wanted to stop it.
  registered: (door) => ({ door: door.isShut ? { ...door, isShut: false } : door, effects: [] }),
  "registration.delayed": (door) => ({ door, effects: [] }),
  unsaved: (door) => ({ door, effects: [] }),
  "registration.refused": (door) => ({ door, effects: [] }),
};

/** One input: the next door, and what is to be done, in this order. Late words about the unknown change nothing. */
export function stepDoor(door: Door, input: DoorInput, moment: Moment): DoorStep {
  const handler = handlers[input.type] as (door: Door, input: DoorInput, moment: Moment) => DoorStep;
  return handler(door, input, moment);
}

function expect(door: Door, order: Got<"expect">, { now }: Moment): DoorStep {
  const { admission, ticketHash, session, name, guest, at, expiresMs } = order;
  if (door.inside.has(admission) || door.expected.has(admission))
    return tell(door, { type: "acked", admission });
  const valid = [...door.expected.values()].filter(({ expiresAt }) => expiresAt > now);
  const others = new Set([...door.inside.values(), ...valid].map((one) => one.session));
  others.delete(session);
  const { capacity, limits } = door.options;
  const reason = door.isShut
    ? "world_unavailable"
    : others.size >= capacity
      ? "world_full"
      : valid.length >= limits.ticketsPerWorld
        ? "ticket_unavailable"
        : undefined;
  if (reason) return tell(door, { type: "refused", admission, reason });
  const entry = { ticketHash, session, name, guest, at, expiresAt: now + expiresMs };
  return tell({ ...door, expected: put(door.expected, admission, entry) }, { type: "acked", admission });
}

/** A ticket opens the door once, before it expires, to a connection that holds no place yet. */
function show(door: Door, { connection, re, ticketHash }: Got<"show">, { now }: Moment): DoorStep {
  const isTaken = admissionOf(door, connection) !== undefined || door.closing.has(connection);
  const found = [...door.expected].find(([, one]) => one.ticketHash === ticketHash && one.expiresAt > now);
  if (isTaken || !found || door.isShut)
    return {
      door,
      effects: [
        { type: "say", connection, message: { type: "rejected", re, reason: "admission_denied" } },
        { type: "close", connection, why: "admissionDenied" },
      ],
    };
  const [admission, { session, name, guest, at }] = found;
  const inside = put(door.inside, admission, { session, isActive: false, connection, seq: 0 });
  return {
    door: { ...door, expected: without(door.expected, admission), inside },
    effects: [
      { type: "place", admission, connection, re, name, guest, at },
      { type: "tell", message: { type: "arrived", admission } },
    ],
  };
}

function activate(door: Door, { admission, at }: Got<"activate">): DoorStep {
  const inside = door.inside.get(admission);
  if (!inside || inside.isActive) return { door, effects: [] };
  return {
    door: { ...door, inside: put(door.inside, admission, { ...inside, isActive: true }) },
    effects: [{ type: "activate", admission, connection: inside.connection, ...(at && { at }) }],
  };
}

/** Only who is seen here can be heard here. */
function bubble(door: Door, { admission, text }: Got<"bubble">): DoorStep {
  const isSeen = door.inside.get(admission)?.isActive === true;
  return { door, effects: isSeen ? [{ type: "bubble", admission, text }] : [] };
}

function save(door: Door, _: Got<"save">, { placeOf }: Moment): DoorStep {
  const inside = new Map(door.inside);
  const saves = [];
  for (const [admission, one] of door.inside) {
    if (!one.isActive) continue;
    inside.set(admission, { ...one, seq: one.seq + 1 });
    saves.push({ admission, seq: one.seq + 1, place: placeOf(admission) });
  }
  const effects: DoorEffect[] = [];
  const most = door.options.limits.arrayItems;
  for (let from = 0; from < saves.length; from += most)
    effects.push({ type: "tell", message: { type: "saves", saves: saves.slice(from, from + most) } });
  return { door: { ...door, inside }, effects };
}

function forget(door: Door, admission: string): Door {
  return { ...door, expected: without(door.expected, admission) };
}
