import type { Phased } from "#shared/machine.ts";
import type { DoorInput, DoorStep } from "#world-server/door-state.ts";
import { stepDoor } from "#world-server/door.ts";
import { realCode, type Code } from "./code.ts";
import type { Circumstances, Suite } from "./faults.ts";
import type { LawId } from "./laws.ts";

/**
 * An edit that the simulation must notice: a mistake somebody once made, or could. It names the law that finds it,
 * and the row of the reference's lists of races and holes that it repeats, where there is one.
 */
export interface PlantedBug {
  readonly name: string;
  readonly law: LawId;
  readonly row?: string;
  readonly suite?: Suite;
  readonly code: () => Code;
  readonly change?: (circumstances: Circumstances) => Circumstances;
}

/** How a mistake is put into the code under test, without touching the code itself. */

export type State = Phased & Record<string, unknown>;
export type Turn = {
  self: string;
  from: string;
  now: number;
  facts: { masterEpoch: number; worlds: ReadonlyMap<string, { capacity: number }> };
  send: (to: string, body: object) => void;
};
export type Input = { type: string } & Record<string, unknown>;
export type Handler = (state: State | undefined, input: Input, turn: Turn) => State | undefined;
type Rows = Record<string, Record<string, Handler>>;
export type Edits = Readonly<Record<string, (real: Handler, row: Rows) => Handler>>;

/** The real machines with some cells of one table written anew; `real` is what stood there. */
export function cells(kind: string, phases: readonly string[], edits: Edits): Code {
  return and(realCode, kind, phases, edits);
}

export function and(code: Code, kind: string, phases: readonly string[], edits: Edits): Code {
  const machine = code.machines[kind];
  if (!machine) throw new Error(`no machine ${kind}`);
  const rows = machine.table as Rows;
  const table: Rows = { ...rows };
  for (const phase of phases) {
    const row = { ...rows[phase] };
    for (const [input, edit] of Object.entries(edits))
      row[input] = edit(row[input] ?? ((state) => state), rows);
    table[phase] = row;
  }
  return { ...code, machines: { ...code.machines, [kind]: { ...machine, table } } };
}

/** Machines of a kind are kept otherwise: `volatile` ones are not written down. */
export function tier(kind: string, tier: "volatile"): Code {
  const machine = realCode.machines[kind];
  if (!machine) throw new Error(`no machine ${kind}`);
  return { ...realCode, machines: { ...realCode.machines, [kind]: { ...machine, tier } } };
}

/** The code keeps other bounds than those it was given. */
export function otherLimits(limits: Partial<Circumstances["limits"]>): Code {
  return { ...realCode, limits: (given) => ({ ...given, ...limits }) };
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

/** Some words are never said. */
export const swallow =
  (...types: string[]) =>
  (real: Handler): Handler =>
  (state, input, turn) =>
    real(state, input, {
      ...turn,
      send: (to, body) => void (types.includes((body as { type: string }).type) || turn.send(to, body)),
    });

export const ignore = (): Handler => (state) => state;

type Step = Code["journey"]["step"];

/** A page that takes some steps otherwise. */
export function page(edit: (real: Step) => Step): Code {
  return { ...realCode, journey: { ...realCode.journey, step: edit(realCode.journey.step) } };
}

/** Circumstances in which a mistake can show at all. */
export const where =
  (more: Partial<Circumstances>) =>
  (circumstances: Circumstances): Circumstances => ({ ...circumstances, ...more });

export const whereLimits =
  (more: Partial<Circumstances["limits"]>) =>
  (circumstances: Circumstances): Circumstances => ({
    ...circumstances,
    limits: { ...circumstances.limits, ...more },
  });

export const whereHabits =
  (more: Partial<Circumstances["habits"]>) =>
  (circumstances: Circumstances): Circumstances => ({
    ...circumstances,
    habits: { ...circumstances.habits, ...more },
  });

export const attached = ["lobby", "inWorld", "travelling"];
export const withDoor = ["expecting", "admitted"];
