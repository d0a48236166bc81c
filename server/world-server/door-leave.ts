import type { CloseName } from "#shared/protocol/close-codes.ts";
import { unhold } from "./door-portal.ts";
import {
  admissionOf,
  openDoor,
  put,
  tell,
  without,
  type Door,
  type DoorInput,
  type DoorStep,
  type Moment,
} from "./door-state.ts";

type Got<T extends DoorInput["type"]> = Extract<DoorInput, { type: T }>;

/** Committed elsewhere: the avatar goes at once, the socket stays until the player has drawn the new world. */
export function depart(door: Door, { admission }: Got<"depart">, { now, placeOf }: Moment): DoorStep {
  const inside = door.inside.get(admission);
  if (!inside) {
    const revoked = { ...door, expected: without(door.expected, admission) };
    return tell(revoked, { type: "departed", admission, seq: 1 });
  }
  const { connection, seq } = inside;
  const closing =
    connection === undefined
      ? door.closing
      : put(door.closing, connection, now + door.options.limits.sourceCloseMs);
  const place = placeOf(admission);
  return {
    door: { ...door, inside: without(door.inside, admission), closing },
    effects: [
      { type: "remove", admission },
      { type: "tell", message: { type: "departed", admission, seq: seq + 1, place } },
      ...(connection === undefined
        ? []
        : [{ type: "say" as const, connection, message: { type: "departed" as const } }]),
    ],
  };
}

/** The end of a stay that is not a journey: a last save, and the avatar is gone. */
export function leave(door: Door, admission: string, why: CloseName, { placeOf }: Moment): DoorStep {
  const inside = door.inside.get(admission);
  if (!inside) return { door, effects: [] };
  const { connection, seq } = inside;
  return {
    door: { ...door, inside: without(door.inside, admission) },
    effects: [
      { type: "tell", message: { type: "left", admission, seq: seq + 1, place: placeOf(admission) } },
      { type: "remove", admission },
      ...(connection === undefined ? [] : [{ type: "close" as const, connection, why }]),
    ],
  };
}

/** The avatar outlives its socket for a while, so that a blip costs nobody their place. */
export function disconnect(door: Door, { connection }: Got<"disconnect">, { now }: Moment): DoorStep {
  const closing = without(door.closing, connection);
  const admission = admissionOf(door, connection);
  const inside = admission === undefined ? undefined : door.inside.get(admission);
  if (admission === undefined || !inside) return { door: { ...door, closing }, effects: [] };
  const alone = { ...inside, connection: undefined, leaveAt: now + door.options.limits.worldDetachMs };
  return {
    door: { ...door, closing, inside: put(door.inside, admission, alone) },
    effects: [{ type: "freeze", admission }],
  };
}

/** Shuts for good, but only while nobody is inside and no ticket can still be shown. */
export function prepareStop(door: Door, _: Got<"stop.prepare">, { now }: Moment): DoorStep {
  const isBusy = door.inside.size > 0 || [...door.expected.values()].some(({ expiresAt }) => expiresAt > now);
  return isBusy ? tell(door, { type: "stop.busy" }) : tell({ ...door, isShut: true }, { type: "stop.ready" });
}

/** Everyone is saved and sent away, and the process ends. */
export function stop(door: Door, { reason }: Got<"stop">, moment: Moment): DoorStep {
  const left = inTurn(door, [...door.inside.keys()], (now, admission) =>
    leave(now, admission, "shuttingDown", moment),
  );
  const sockets = [...door.closing.keys()].map((connection) => ({
    type: "close" as const,
    connection,
    why: "departed" as const,
  }));
  return {
    door: { ...openDoor(door.options), isShut: true },
    effects: [...left.effects, ...sockets, { type: "exit", reason }],
  };
}

/** Everything lapses by itself: tickets, holds, avatars without a player, sockets left open. */
export function wake(door: Door, _: Got<"wake">, moment: Moment): DoorStep {
  const { now } = moment;
  const due = [...door.closing].filter(([, at]) => at <= now).map(([connection]) => connection);
  const tidy: Door = {
    ...door,
    expected: new Map([...door.expected].filter(([, { expiresAt }]) => expiresAt > now)),
    closing: new Map([...door.closing].filter(([, at]) => at > now)),
  };
  const lapsed = [...door.inside]
    .filter(([, { hold }]) => hold && hold.until <= now)
    .map(([admission]) => admission);
  const absent = [...door.inside].filter(([, { leaveAt }]) => leaveAt !== undefined && leaveAt <= now);
  const free = inTurn(tidy, lapsed, (door, admission) =>
    unhold(door, {
      type: "unhold",
      admission,
      request: door.inside.get(admission)?.hold?.request ?? "",
      reason: "master_unreachable",
    }),
  );
  const gone = inTurn(
    free.door,
    absent.map(([admission]) => admission),
    (door, admission) => leave(door, admission, "departed", moment),
  );
  const closes = due.map((connection) => ({ type: "close" as const, connection, why: "departed" as const }));
  return { door: gone.door, effects: [...free.effects, ...gone.effects, ...closes] };
}

function inTurn(
  door: Door,
  admissions: readonly string[],
  each: (door: Door, admission: string) => DoorStep,
): DoorStep {
  return admissions.reduce<DoorStep>(
    (so, admission) => {
      const next = each(so.door, admission);
      return { door: next.door, effects: [...so.effects, ...next.effects] };
    },
    { door, effects: [] },
  );
}
