import { describe, expect, test } from "vitest";
import { take } from "../testing.ts";
import { type Attached, session } from "./session.ts";
import { asAda, everywhere, fromAccount, inWorld, launch, lobby, self, travelling } from "./testing.ts";

const oldest = "travel:t0";
const old = "travel:t1";
const place = { world: "left_world", x: 100, y: 100, facing: 0 };
const commit = {
  type: "committed",
  admission: "a2",
  launch: "launch:left",
  place,
  identity: { name: "Guest-1" },
};
const gone = { type: "gone", admission: "a2", reason: "left" };

/** Called off `oldest` and `old`, in this order, and has not arrived since. */
function callsOff<S extends Attached>(state: S): S {
  const travel = state.phase === "travelling" && { travel: "travel:t2" };
  return { ...state, ...travel, replaced: [oldest, old] };
}

const hears = (state: Attached, input: object, from: typeof old | typeof oldest | "launch:left") =>
  take<Attached>(session, state, input as typeof commit, { self, from });

describe("a journey that was called off after it had committed", () => {
  test("is remembered until the next one commits, the newest few of them", () => {
    const claimed = { type: "claimed", name: "Ada" };
    const replacedIn = (state: Attached) =>
      take<Attached>(session, state, claimed, fromAccount).state?.replaced;
    expect(replacedIn(travelling)).toEqual([old]);
    expect(replacedIn(inWorld)).toBeUndefined();
    const many = Array.from({ length: 4 }, (_, index) => `travel:x${index}` as const);
    expect(replacedIn({ ...travelling, replaced: many })).toEqual([...many.slice(1), old]);
    const next = take<Attached>(session, callsOff(travelling), commit, { self, from: "travel:t2" });
    expect(next.state).not.toHaveProperty("replaced");
    const ended = take<Attached>(
      session,
      callsOff(travelling),
      { type: "travelEnded" },
      { self, from: "travel:t2" },
    );
    expect(ended.state).toMatchObject({ phase: "inWorld", replaced: [oldest, old] });
  });

  test("has led where it led: the newest one goes on from there", () => {
    const { state, said } = hears(callsOff({ ...travelling, identity: asAda }), commit, oldest);
    expect(state).toMatchObject({
      phase: "travelling",
      travel: "travel:t2",
      identity: asAda,
      admission: { id: "a2", launch: "launch:left", seq: 0 },
      place,
      settling: oldest,
      replaced: [old],
    });
    const source = { launch: "launch:left", admission: "a2", world: "left_world" };
    expect(said).toEqual([{ to: "travel:t2", type: "moved", source }]);
    for (const stays of [lobby, inWorld])
      expect(hears(callsOff(stays), commit, old)).toMatchObject({
        state: { phase: "inWorld", admission: { id: "a2" }, place, replaced: [] },
        said: [],
      });
  });

  test("is saved for whoever made it", () => {
    for (const state of everywhere)
      expect(hears(callsOff(state), { ...commit, identity: asAda }, old).said).toContainEqual({
        to: "account:ada",
        type: "place",
        place,
      });
  });

  test("is not followed once a later one has led elsewhere", () => {
    const { state } = hears(callsOff(travelling), commit, old);
    expect(hears(state as Attached, { ...commit, admission: "a1", launch }, oldest).state).toBe(state);
  });

  test("is over when what it led to has ended, whichever of the two is heard first", () => {
    for (const state of everywhere) {
      const early = hears(callsOff(state), gone, "launch:left");
      expect(early.said).toEqual([]);
      const late = hears(callsOff(state), commit, old);
      for (const { state: after } of [
        hears(early.state as Attached, commit, old),
        hears(late.state as Attached, gone, "launch:left"),
      ])
        expect(after).toMatchObject({
          phase: state.phase === "travelling" ? "travelling" : "lobby",
          place,
        });
      expect(hears(early.state as Attached, commit, old).state).not.toHaveProperty("admission.id");
    }
  });

  test("takes nothing from the end of the newer one's avatar, heard before either commit", () => {
    const newest = { ...commit, admission: "a3", launch: "launch:right" };
    const from = (who: "launch:right" | "travel:t2") => ({ self, from: who }) as const;
    const ended = take<Attached>(
      session,
      callsOff(travelling),
      { ...gone, admission: "a3" },
      from("launch:right"),
    );
    const between = hears(ended.state as Attached, commit, old).state as Attached;
    expect(between).toMatchObject({ phase: "travelling", admission: { id: "a2" } });
    const { state } = take<Attached>(session, between, newest, from("travel:t2"));
    expect(state).toMatchObject({ phase: "lobby" });
    expect(state).not.toHaveProperty("admission.id");
  });
});
