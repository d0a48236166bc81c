import { expect, it } from "vitest";
import { Replica } from "./replica.ts";
import { flag, snapshotFrame } from "./snapshot-layout.ts";

/** A snapshot in which these enter, all at the same place, and nobody leaves. */
function entering(ids: readonly number[], { tick, isFull }: { tick: number; isFull: boolean }): Uint8Array {
  const flags = flag.changes | (isFull ? flag.full : 0);
  const base = isFull ? 0 : tick - 1;
  const head = [snapshotFrame, flags, tick, 0, 0, 0, base, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  const states = ids.flatMap((id) => [id, 0, 0, 1, 0, 0, 1, 0, 0]);
  // One byte of bits says of up to four who stayed that they go on as before.
  return new Uint8Array([...head, 0, ids.length, ...states, 0, ...(isFull ? [] : [0])]);
}

it("takes everybody in once: a world that repeats itself breaks its frame, and does not fill the memory", () => {
  const replica = new Replica(1);
  expect(replica.apply(entering([7, 8], { tick: 5, isFull: true }))).toBe("applied");
  expect([...replica.seen.keys()]).toEqual([7, 8]);
  expect(replica.apply(entering([9], { tick: 6, isFull: false }))).toBe("applied");
  expect(replica.apply(entering([7], { tick: 7, isFull: false }))).toBe("bad");
  expect(replica.apply(entering([10], { tick: 8, isFull: false }))).toBe("gap");
  expect(replica.apply(entering([7], { tick: 9, isFull: true }))).toBe("applied");
  expect([...replica.seen.keys()]).toEqual([7]);
});
