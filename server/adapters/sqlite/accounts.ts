import type { Phased } from "#shared/machine.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { Connection } from "./database.ts";

/** What an account keeps for ever: the columns of its row. The rest of its state is of this boot only. */
export interface Lasting {
  readonly name: string;
  readonly place?: Place | undefined;
}

interface Row {
  name: string;
  world_key: string | null;
  x: number | null;
  y: number | null;
  facing: number | null;
  has_position: 0 | 1;
}

export interface Accounts {
  read(folded: string): Lasting | undefined;
  /** Writes nothing when nothing changed, so a mere change of phase costs no disk flush. */
  write(folded: string, lasting: Lasting): void;
  remove(folded: string): void;
}

/** Splits a state into what lasts and what does not. */
export function split(state: Phased): { lasting: Lasting; passing: Phased } {
  const { name, place, ...passing } = state as Phased & Lasting;
  return { lasting: { name, place }, passing };
}

/** A state anew; an account without anything passing sleeps. */
export function join(lasting: Lasting, passing: Phased | undefined): Phased & Lasting {
  const place = lasting.place === undefined ? {} : { place: lasting.place };
  return { ...(passing ?? asleep), name: lasting.name, ...place };
}

const asleep = { phase: "free", takeovers: [] } as const;

/** Whether nothing passing is worth keeping: `join` makes the same of nothing. */
export const isAsleep = ({ phase, ...rest }: Phased): boolean =>
  phase === asleep.phase && Object.values(rest).every((value) => value === undefined || isEmptyList(value));

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const columns = "name, world_key, x, y, facing, has_position";

export function createAccounts(connection: Connection): Accounts {
  const select = connection.prepare<[string], Row>(`SELECT ${columns} FROM accounts WHERE name_folded = ?`);
  const upsert = connection.prepare<[{ folded: string } & Row]>(
    `INSERT INTO accounts (name_folded, ${columns})
     VALUES (@folded, @name, @world_key, @x, @y, @facing, @has_position)
     ON CONFLICT (name_folded) DO UPDATE SET
       name = excluded.name, world_key = excluded.world_key, x = excluded.x, y = excluded.y,
       facing = excluded.facing, has_position = excluded.has_position, updated_at = unixepoch()
     WHERE (name, world_key, x, y, facing, has_position) IS NOT
       (excluded.name, excluded.world_key, excluded.x, excluded.y, excluded.facing, excluded.has_position)`,
  );
  const remove = connection.prepare<[string]>("DELETE FROM accounts WHERE name_folded = ?");
  return {
    read: (folded) => {
      const row = select.get(folded);
      return row && fromRow(row);
    },
    write: (folded, lasting) => void upsert.run({ folded, ...toRow(lasting) }),
    remove: (folded) => void remove.run(folded),
  };
}

function toRow({ name, place }: Lasting): Row {
  if (place === undefined) return { name, world_key: null, x: null, y: null, facing: null, has_position: 0 };
  const { world, x, y, facing } = place;
  return { name, world_key: world, x, y, facing, has_position: 1 };
}

function fromRow({ name, world_key: world, x, y, facing, has_position: hasPosition }: Row): Lasting {
  if (hasPosition === 0 || world === null || x === null || y === null) return { name };
  return { name, place: { world, x, y, facing: facing ?? 0 } };
}
