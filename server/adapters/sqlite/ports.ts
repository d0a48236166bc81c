import { StartRefused } from "#engine/start-refused.ts";
import type { Connection } from "./database.ts";

/** Which port each world's first launch listens on; kept for ever, so that routes outlive new worlds. */
export interface PortMap {
  /**
   * Ports for these worlds. Unknown keys get the next free ports from `base`, in sorted order; known ones
   * keep theirs. With base 0 every world gets 0, any free port, and nothing is kept.
   *
   * @throws StartRefused when the ports run out.
   */
  assign(worlds: Iterable<string>, base: number, reserved?: readonly number[]): ReadonlyMap<string, number>;
}

export function createPortMap(connection: Connection): PortMap {
  const all = connection.prepare<[], { world_key: string; port: number }>(
    "SELECT world_key, port FROM ports",
  );
  const insert = connection.prepare<[string, number]>("INSERT INTO ports (world_key, port) VALUES (?, ?)");
  return {
    assign(worlds, base, reserved = []) {
      const keys = [...worlds].sort();
      if (base === 0) return new Map(keys.map((key) => [key, 0]));
      return connection.transaction(() => {
        const known = new Map(all.all().map((row) => [row.world_key, row.port]));
        const taken = new Set([...known.values(), ...reserved]);
        let next = base;
        for (const key of keys.filter((key) => !known.has(key))) {
          while (taken.has(next)) next += 1;
          if (next > 65_535)
            throw new StartRefused(20, `no port is left for world ${key}; see PORTCADE_WORLD_PORT_BASE`);
          insert.run(key, next);
          known.set(key, next);
          taken.add(next);
        }
        return new Map(keys.map((key) => [key, known.get(key) as number]));
      })();
    },
  };
}
