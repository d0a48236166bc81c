import type { Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";
import type { Connection } from "./database.ts";

/** States as JSON, one row each. */
export interface Snapshots {
  all(): [Address, Phased][];
  read(address: Address): Phased | undefined;
  /** `undefined` forgets the state. */
  write(address: Address, state: Phased | undefined): void;
}

export function createSnapshots(connection: Connection): Snapshots {
  const all = connection.prepare<[], { address: Address; state: string }>(
    "SELECT address, state FROM snapshots",
  );
  const select = connection.prepare<[string], { state: string }>(
    "SELECT state FROM snapshots WHERE address = ?",
  );
  const upsert = connection.prepare<[string, string, number | null, string]>(
    `INSERT INTO snapshots (address, phase, wake_at, state) VALUES (?, ?, ?, ?)
     ON CONFLICT (address) DO UPDATE SET phase = excluded.phase, wake_at = excluded.wake_at, state = excluded.state`,
  );
  const remove = connection.prepare<[string]>("DELETE FROM snapshots WHERE address = ?");
  return {
    all: () => all.all().map(({ address, state }) => [address, JSON.parse(state) as Phased]),
    read: (address) => {
      const row = select.get(address);
      return row && (JSON.parse(row.state) as Phased);
    },
    write: (address, state) => {
      if (state === undefined) remove.run(address);
      else upsert.run(address, state.phase, state.wakeAt ?? null, textOf(state));
    },
  };
}

/** Few states hold a secret, and looking at every field for one costs more than all the rest. */
function textOf(state: Phased): string {
  const text = JSON.stringify(state);
  return text.includes('"secret') ? JSON.stringify(state, withoutSecrets) : text;
}

/** A file can be copied, so what only this process may know never goes into one. */
const withoutSecrets = (key: string, value: unknown): unknown =>
  key.startsWith("secret") ? undefined : value;
