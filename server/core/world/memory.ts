import type { Address } from "#shared/address.ts";
import type { Table } from "#shared/machine.ts";
import type { Turn } from "../inbox.ts";

/**
 * What a world wants remembered from one launch to the next, `memory:<world key>`. The text is the world's own
 * affair; it is kept until the world says something else, also while no launch of it lives.
 */
export interface Memory {
  readonly phase: "kept";
  readonly text: string;
  readonly wakeAt?: undefined;
}

export type MemoryInput =
  // From launches: the one that accepts newcomers, and one that begins.
  { type: "keep"; text: string } | { type: "recall" };

export const memory: Table<Memory, MemoryInput, Turn> = {
  absent: { keep, recall },
  kept: { keep, recall },
};

function keep(state: Memory | undefined, { text }: Extract<MemoryInput, { type: "keep" }>): Memory {
  return state?.text === text ? state : { phase: "kept", text };
}

function recall<S extends Memory | undefined>(state: S, _: unknown, turn: Turn): S {
  turn.send(turn.from as Address<"launch">, { type: "recalled", text: state?.text });
  return state;
}
