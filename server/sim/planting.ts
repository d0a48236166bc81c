import type { Phased } from "#shared/machine.ts";
import type { DoorInput, DoorStep } from "#world-server/door-state.ts";
import { stepDoor } from "#world-server/door.ts";
import { realCode, type Code } from "./cluster.ts";

/** How a mistake is put into the code under test, without touching the code itself. */

export type State = Phased & Record<string, unknown>;
type Turn = { self: string; from: string; now: number; send: (to: string, body: object) => void };
export type Handler = (state: State | undefined, input: { type: string }, turn: Turn) => State | undefined;
type Rows = Record<string, Record<string, Handler>>;

/** The real machines with some cells of one table written anew; `real` is what stood there. */
export function cells(
  kind: string,
  phases: readonly string[],
  edits: Record<string, (real: Handler) => Handler>,
): Code {
  return and(realCode, kind, phases, edits);
}

export function and(
  code: Code,
  kind: string,
  phases: readonly string[],
  edits: Record<string, (real: Handler) => Handler>,
): Code {
  const machine = code.machines[kind];
  if (!machine) throw new Error(`no machine ${kind}`);
  const rows = machine.table as Rows;
  const table: Rows = { ...rows };
  for (const phase of phases) {
    const row = { ...rows[phase] };
    for (const [input, edit] of Object.entries(edits)) row[input] = edit(row[input] ?? ((state) => state));
    table[phase] = row;
  }
  return { ...code, machines: { ...code.machines, [kind]: { ...machine, table } } };
}

export type Door = typeof stepDoor;

export function door(edit: (...args: Parameters<Door>) => DoorStep, code: Code = realCode): Code {
  return { ...code, door: edit };
}

/** A door that is deaf to some words. */
export const deafTo =
  (...types: DoorInput["type"][]): Door =>
  (before, input, moment) =>
    types.includes(input.type) ? { door: before, effects: [] } : stepDoor(before, input, moment);

export const swallow =
  (type: string) =>
  (real: Handler): Handler =>
  (state, input, turn) =>
    real(state, input, {
      ...turn,
      send: (to, body) => void ((body as { type: string }).type === type || turn.send(to, body)),
    });
