import { existsSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";

/** The master's two files, as somebody else reads them while it runs. */

export interface AccountPlace {
  readonly name: string;
  readonly world: string;
  readonly x: number;
  readonly y: number;
}

/** What is left of players and launches: addresses, none when everybody has left. */
export function leftovers(dataDir: string): string[] {
  return read(join(dataDir, "runtime.db"), (runtime) => {
    const addresses = runtime.prepare<[], string>("SELECT address FROM snapshots").pluck().all();
    const steps = runtime.prepare<[], string>("SELECT session FROM steps").pluck().all();
    return [...addresses.filter((address) => /^(session|travel|launch|player):/.test(address)), ...steps];
  });
}

export function accountPlaces(dataDir: string): AccountPlace[] {
  return read(join(dataDir, "durable.db"), (durable) =>
    durable
      .prepare<[], AccountPlace>("SELECT name, world_key AS world, x, y FROM accounts WHERE has_position = 1")
      .all(),
  );
}

/** What a world wants remembered, JSON; nothing when it wants nothing. */
export function memoryOf(dataDir: string, world: string): string | undefined {
  const memories = read(join(dataDir, "durable.db"), (durable) =>
    durable.prepare<[string], string>("SELECT state FROM memories WHERE world_key = ?").pluck().all(world),
  );
  return memories[0];
}

function read<T>(path: string, look: (database: Database.Database) => T[]): T[] {
  if (!existsSync(path)) return [];
  const database = new Database(path, { readonly: true, timeout: 2000 });
  try {
    return look(database);
  } finally {
    database.close();
  }
}
