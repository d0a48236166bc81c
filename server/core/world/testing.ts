import type { Guest, In } from "./launch.ts";

/** One launch of the hub in each of its phases, with one player inside and one expected. */

export const self = "launch:l1";
export const link = "launch-link:c1";
export const endpoint = { port: 1 };
export const nobody = { inside: [], expected: [] };
export const roster = { inside: [{ admission: "a1", session: "ada", active: true }], expected: ["a2"] };
export const inside: Guest = { session: "session:ada", travel: "travel:t1" };
export const expected: Guest = { session: "session:eve", travel: "travel:t2", expectedUntil: 20_000 };
/** What its process says first, with nobody in it. */
export const registration = {
  type: "register",
  tokenHash: "hash",
  world: "hub",
  version: "0.1",
  protocol: 1,
  pid: 42,
  endpoint,
  roster: nobody,
};

const common = { world: "hub", tokenHash: "hash", pid: 42, guests: { a1: inside, a2: expected }, wakeAt: 0 };
const live = { ...common, link, endpoint, heardAt: 0, auditedAt: 0 } as const;

export const starting: In<"starting"> = { ...common, guests: {}, phase: "starting" };
export const running: In<"running"> = { ...live, phase: "running" };
export const testing: In<"testing"> = { ...live, guests: {}, phase: "testing", isHeir: true };
export const empty: In<"running"> = { ...running, guests: {}, idleSince: 0 };
export const closing: In<"closing"> = { ...live, guests: {}, phase: "closing" };
export const suspect: In<"suspect"> = { ...common, endpoint, heardAt: 0, phase: "suspect" };
export const stopping: In<"stopping"> = { ...common, link, phase: "stopping", reason: "idle" };

export const fromLink = { self, from: link } as const;
export const fromMemory = { self, from: "memory:hub" } as const;
export const fromWorld = { self, from: "world:hub" } as const;
export const fromHost = { self, from: "host:local" } as const;
export const fromTravel = { self, from: "travel:t9" } as const;

/** Which test a cell of the launch's table belongs to. */
export const isSuccession = (cell: string): boolean =>
  /^testing\.|\.(recalled|tested|hand\.over|take\.over|catch\.up|await|state|lastWords|drain)$/.test(cell);
export const isLife = (cell: string): boolean =>
  !isSuccession(cell) &&
  /\.(begin|started|register|exited|stop|deadline|heartbeat|linkClosed|master\.up|stop\.ready|stop\.busy)$/.test(
    cell,
  );
export const isGuests = (cell: string): boolean => !isSuccession(cell) && !isLife(cell);
