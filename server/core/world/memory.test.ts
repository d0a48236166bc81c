import { afterAll, expect, test } from "vitest";
import { Cells } from "../testing.ts";
import { type Memory, memory } from "./memory.ts";

const cells = new Cells(memory);
afterAll(() => expect(cells.missing).toEqual([]));

const from = { self: "memory:hub", from: "launch:l1" } as const;
const keep = (state: Memory | undefined, text: string) =>
  cells.take<Memory>(state, { type: "keep", text }, from);
const recall = (state: Memory | undefined) => cells.take<Memory>(state, { type: "recall" }, from);

test("a world's memory is the newest it was told, and writing the same again writes nothing", () => {
  const first = keep(undefined, "1").state as Memory;
  expect(recall(first)).toEqual({
    handled: true,
    state: first,
    said: [{ to: "launch:l1", type: "recalled", text: "1" }],
  });
  expect(keep(first, "1").state).toBe(first);
  expect(recall(keep(first, "2").state).said).toMatchObject([{ text: "2" }]);
});

test("a world that never said anything has nothing to recall", () => {
  expect(recall(undefined)).toEqual({
    handled: true,
    state: undefined,
    said: [{ to: "launch:l1", type: "recalled", text: undefined }],
  });
});
