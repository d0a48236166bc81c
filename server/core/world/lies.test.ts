import { expect, test } from "vitest";
import { take } from "../testing.ts";
import { type Launch, launch } from "./launch.ts";
import { closing, fromLink, inside, registration, running, starting } from "./testing.ts";

/** What the simulation's lying worlds found. */

const place = { world: "hub", x: 1, y: 2, facing: 3 };

test("whoever leaves unasked is gone from their session, too", () => {
  const word = { type: "departed", admission: "a1", seq: 5, place };
  for (const state of [running, { ...closing, guests: { a1: inside } }]) {
    const { state: after, said } = take<Launch>(launch, state, word, fromLink);
    expect(said).toEqual([{ to: "session:ada", type: "gone", admission: "a1", reason: "left" }]);
    expect(after?.guests).not.toHaveProperty("a1");
  }
});

test("whoever leaves before they came has no ticket any more, and their journey hears of it", () => {
  for (const type of ["left", "departed"]) {
    const word = { type, admission: "a2", seq: 5, place };
    const { state, said } = take<Launch>(launch, running, word, fromLink);
    const refused = { type: "refused", admission: "a2", reason: "ticket_unavailable" };
    expect(said).toEqual([{ to: "travel:t2", ...refused }]);
    expect(state?.guests).not.toHaveProperty("a2");
  }
});

test("whoever is inside cannot be refused any more", () => {
  const word = { type: "refused", admission: "a1", reason: "world_full" };
  expect(take<Launch>(launch, running, word, fromLink)).toMatchObject({ state: running, said: [] });
});

test("a world that was built anew while its process started is begun again", () => {
  const built = { ...starting, pack: "1".repeat(64) };
  const { state, said } = take<Launch>(launch, built, registration, fromLink);
  expect(said).toMatchObject([{ type: "registration.refused", reason: "not_wanted" }]);
  expect(state).toMatchObject({ phase: "stopping", reason: "pack_changed" });
  const same = { ...starting, pack: "0".repeat(64) };
  expect(take<Launch>(launch, same, registration, fromLink).state).toMatchObject({ phase: "running" });
});
