import { describe, expect, test } from "vitest";
import type { FromLaunch } from "#shared/protocol/launch-master.ts";
import { Unheard } from "./unheard.ts";

const place = { world: "hub", x: 1, y: 2, facing: 0 };
const saves = (...admissions: [string, number][]): FromLaunch => ({
  type: "saves",
  saves: admissions.map(([admission, seq]) => ({ admission, seq, place })),
});
const state = (text: string): FromLaunch => ({ type: "state", text, isFinal: false });

/** The master answers every question, one a second. */
function hearOut(unheard: Unheard, questions: number): void {
  for (let count = 0; count < questions; count++) {
    unheard.ask();
    unheard.answered();
  }
}

describe("what the master may not have heard", () => {
  test("is the newest save of everybody, who is gone, and the newest state; the roster says the rest", () => {
    const unheard = new Unheard();
    unheard.keep(saves(["a", 1], ["b", 1], ["c", 1]));
    unheard.keep(saves(["a", 2], ["b", 2], ["c", 2]));
    unheard.keep({ type: "left", admission: "b", seq: 3, place });
    unheard.keep({ type: "departed", admission: "d", seq: 1 });
    unheard.keep({ type: "arrived", admission: "e" });
    unheard.keep({ type: "stop.busy" });
    unheard.keep(state("1"));
    unheard.keep(state("2"));
    unheard.keep({ type: "state", isFinal: true });
    expect(unheard.words).toEqual({
      saves: [
        { admission: "a", seq: 2, place },
        { admission: "c", seq: 2, place },
        { admission: "b", seq: 3, place },
      ],
      state: "2",
    });
    expect(unheard.messages(256)).toEqual([
      saves(["a", 2], ["c", 2]),
      { type: "left", admission: "b", seq: 3, place },
      { type: "departed", admission: "d", seq: 1 },
      state("2"),
    ]);
  });

  test("is said again with no more saves in one message than a message may hold", () => {
    const unheard = new Unheard();
    unheard.keep(saves(["a", 1], ["b", 1], ["c", 1]));
    expect(unheard.messages(2)).toEqual([saves(["a", 1], ["b", 1]), saves(["c", 1])]);
  });

  test("is no answer when it is said again, whatever it answered the first time", () => {
    const unheard = new Unheard();
    unheard.keep({ type: "state", text: "1", isFinal: true });
    expect(unheard.messages(2)).toEqual([state("1")]);
  });

  test("is kept after it was received until the master has had the time to write it down", () => {
    const unheard = new Unheard();
    unheard.keep({ type: "left", admission: "b", seq: 3, place });
    hearOut(unheard, 30);
    unheard.keep(saves(["a", 1]));
    unheard.keep(state("1"));
    // A disk that is full for half a minute, and then a master that is killed: who left meanwhile is not known yet.
    expect(unheard.words?.saves).toHaveLength(2);
    hearOut(unheard, 31);
    expect(unheard.words).toEqual({ saves: [{ admission: "a", seq: 1, place }], state: "1" });
    hearOut(unheard, 30);
    expect(unheard.words).toBeUndefined();
  });

  test("is kept for as long as the master says that it cannot save, and a minute more", () => {
    const unheard = new Unheard();
    unheard.keep({ type: "left", admission: "b", seq: 3, place });
    unheard.keep(saves(["a", 1]));
    unheard.keep(state("1"));
    for (let minute = 0; minute < 3; minute++) {
      hearOut(unheard, 60);
      unheard.unsaved();
    }
    hearOut(unheard, 60);
    expect(unheard.words?.saves).toHaveLength(2);
    expect(unheard.words?.state).toBe("1");
    hearOut(unheard, 1);
    expect(unheard.words).toBeUndefined();
  });

  test("never is more than a master would read", () => {
    const unheard = new Unheard();
    for (let count = 0; count < 5000; count++) unheard.keep(saves([`a${count}`, 1]));
    expect(unheard.words?.saves).toHaveLength(4096);
  });
});
