import type { Push } from "#shared/protocol/client-master.ts";
import type { BuiltFrame } from "./frames.ts";

export const line = (n: number): Push => ({ type: "chat.line", line: n, name: "Ada", text: `line ${n}` });
export const ok = (re: number): Push => ({ type: "ok", re });

/** A connection that remembers what was written to it. */
export class Ear {
  /** Each write, as the numbers of the pushes in it. */
  readonly writes: number[][] = [];
  send(frame: BuiltFrame): void {
    this.writes.push(seqsIn(frame));
  }
  get seqs(): number[] {
    return this.writes.flat();
  }
}

function seqsIn({ payload }: BuiltFrame): number[] {
  return typeof payload === "string" ? [seqIn(payload)] : [...(payload as BuiltFrame[])].flatMap(seqsIn);
}

export const seqIn = (text: string): number => (JSON.parse(text) as { seq: number }).seq;
