import { afterAll, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { Cells, testFacts } from "../testing.ts";
import { type Lobby, lobby } from "./lobby.ts";

const cells = new Cells(lobby);
afterAll(() => expect(cells.missing).toEqual([]));

const at = { self: "lobby:main", from: "session:a" } as const;

test("numbers guests from one and never gives a number twice", () => {
  const first = cells.take<Lobby>(undefined, { type: "enter" }, at);
  expect(first.said).toEqual([{ to: "session:a", type: "named", number: 1 }]);
  const renamed = cells.take<Lobby>(first.state, { type: "rename", re: 5 }, at);
  expect(renamed.said).toEqual([{ to: "session:a", type: "named", number: 2, re: 5 }]);
  expect(cells.take<Lobby>(renamed.state, { type: "enter" }, at).said).toMatchObject([{ number: 3 }]);
  expect(cells.take<Lobby>(undefined, { type: "rename", re: 5 }, at).said).toMatchObject([
    { number: 1, re: 5 },
  ]);
});

test("lets in as many as fit, and the next one when somebody has left", () => {
  const facts = testFacts({ limits: { ...limits, playersTotal: 1 } });
  const one = cells.take<Lobby>(undefined, { type: "enter" }, { ...at, facts }).state;
  const full = cells.take<Lobby>(one, { type: "enter" }, { ...at, facts });
  expect(full).toMatchObject({ state: one, said: [{ to: "session:a", type: "full" }] });
  const left = cells.take<Lobby>(one, { type: "leave" }, { ...at, facts }).state;
  expect(cells.take<Lobby>(left, { type: "enter" }, { ...at, facts }).said).toMatchObject([
    { type: "named" },
  ]);
});
