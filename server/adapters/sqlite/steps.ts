import type { Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { Connection } from "./database.ts";

/** All that changes of a session when its world says where the player stands: a small row instead of its whole state. */
export interface Step {
  readonly admission: string;
  readonly seq: number;
  readonly durableAt: number;
  readonly x: number;
  readonly y: number;
  readonly facing: number;
}

/** A session whose player is in a world. */
type Standing = Phased & {
  readonly admission: { readonly id: string; readonly world: string; readonly seq: number };
  readonly place: Place;
  readonly durableAt: number;
};

export interface Steps {
  /** By session; also steps of admissions that are over. */
  all(): Map<Address, Step>;
  read(session: Address): Step | undefined;
  write(session: Address, step: Step): void;
  remove(session: Address): void;
}

/** How `after` follows from `before` when the player only moved; `undefined` when anything else changed. */
export function stepBetween(before: Phased | undefined, after: Phased): Step | undefined {
  if (before === undefined || !isStanding(before) || !isStanding(after)) return undefined;
  const { admission, place, durableAt } = after;
  const isSame =
    isAlike(before, after, ["admission", "place", "durableAt"]) &&
    isAlike(before.admission, admission, ["seq"]) &&
    place.world === admission.world;
  if (!isSame) return undefined;
  const { x, y, facing } = place;
  return { admission: admission.id, seq: admission.seq, durableAt, x, y, facing };
}

/** The state with the last step taken since it was written: within an admission the numbers of saves only grow. */
export function withStep(state: Phased, step: Step | undefined): Phased {
  if (step === undefined || !("admission" in state)) return state;
  const { admission } = state as Standing;
  if (step.admission !== admission.id || step.seq <= admission.seq) return state;
  const { seq, durableAt, x, y, facing } = step;
  const place: Place = { world: admission.world, x, y, facing };
  return { ...state, admission: { ...admission, seq }, place, durableAt } as Phased;
}

const columns = "admission, seq, durable_at AS durableAt, x, y, facing";

export function createSteps(connection: Connection): Steps {
  const all = connection.prepare<[], Step & { session: Address }>(`SELECT session, ${columns} FROM steps`);
  const select = connection.prepare<[string], Step>(`SELECT ${columns} FROM steps WHERE session = ?`);
  const upsert = connection.prepare<[string, string, number, number, number, number, number]>(
    `INSERT INTO steps (session, admission, seq, durable_at, x, y, facing) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (session) DO UPDATE SET admission = excluded.admission, seq = excluded.seq,
       durable_at = excluded.durable_at, x = excluded.x, y = excluded.y, facing = excluded.facing`,
  );
  const remove = connection.prepare<[string]>("DELETE FROM steps WHERE session = ?");
  return {
    all: () => new Map(all.all().map(({ session, ...step }) => [session, step])),
    read: (session) => select.get(session),
    write: (session, { admission, seq, durableAt, x, y, facing }) =>
      void upsert.run(session, admission, seq, durableAt, x, y, facing),
    remove: (session) => void remove.run(session),
  };
}

function isStanding(state: Phased): state is Standing {
  const { admission, place } = state as Partial<Standing>;
  return admission !== undefined && place !== undefined;
}

/** Whether two objects hold the very same values but for some; what machines do not change they keep. */
function isAlike(before: object, after: object, except: readonly string[]): boolean {
  for (const key in after)
    if (!except.includes(key) && valueOf(before, key) !== valueOf(after, key)) return false;
  for (const key in before) if (!(key in after) && valueOf(before, key) !== undefined) return false;
  return true;
}

const valueOf = (of: object, key: string): unknown => (of as Record<string, unknown>)[key];
