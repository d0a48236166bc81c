import type { Memory } from "#core/world/memory.ts";
import type { Phased } from "#shared/machine.ts";
import type { Connection } from "./database.ts";

/** What worlds want remembered, by world key. */
export interface Memories {
  read(world: string): Memory | undefined;
  write(world: string, memory: Phased | undefined): void;
}

export function createMemories(connection: Connection): Memories {
  const select = connection
    .prepare<[string], string>("SELECT state FROM memories WHERE world_key = ?")
    .pluck();
  const upsert = connection.prepare<[string, string]>(
    `INSERT INTO memories (world_key, state) VALUES (?, ?)
     ON CONFLICT (world_key) DO UPDATE SET state = excluded.state, updated_at = unixepoch()`,
  );
  const remove = connection.prepare<[string]>("DELETE FROM memories WHERE world_key = ?");
  return {
    read: (world) => {
      const text = select.get(world);
      return text === undefined ? undefined : { phase: "kept", text };
    },
    write: (world, memory) => {
      if (memory) upsert.run(world, (memory as Memory).text);
      else remove.run(world);
    },
  };
}
