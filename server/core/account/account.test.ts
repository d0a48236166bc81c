import { afterAll, describe, expect, test } from "vitest";
import { Cells } from "../testing.ts";
import { type Account, account } from "./account.ts";

const cells = new Cells(account);
afterAll(() => expect(cells.missing).toEqual([]));

const self = "account:ada";
const place = { world: "hub", x: 1, y: 2, facing: 0 };
const live: Account = { phase: "live", name: "Ada", session: "session:a", takeovers: [], place };
const handing: Account = {
  ...live,
  phase: "handing",
  claimant: "session:b",
  re: 7,
  takeovers: [1000],
  wakeAt: 3000,
};

describe("account", () => {
  test("a new name is an account at once", () => {
    const { state, said } = cells.take<Account>(
      undefined,
      { type: "claim", re: 1, name: "Ada" },
      { self, from: "session:a" },
    );
    expect(state).toMatchObject({ phase: "live", name: "Ada", session: "session:a" });
    expect(said).toEqual([{ to: "session:a", type: "claimed", re: 1, name: "Ada", place: undefined }]);
  });

  test("a free account is granted with its place", () => {
    const free: Account = { phase: "free", name: "Ada", place, takeovers: [] };
    const { said } = cells.take<Account>(
      free,
      { type: "claim", re: 2, name: "ADA" },
      { self, from: "session:b" },
    );
    expect(said).toEqual([{ to: "session:b", type: "claimed", re: 2, name: "Ada", place }]);
  });

  test("a second claim takes it from the first session, which says where it stood", () => {
    const taking = cells.take<Account>(
      live,
      { type: "claim", re: 7, name: "Ada" },
      { self, from: "session:b", now: 1000 },
    );
    expect(taking.said).toEqual([{ to: "session:a", type: "takenOver" }]);
    const given = cells.take<Account>(
      taking.state,
      { type: "release", place: { ...place, x: 9 } },
      { self, from: "session:a" },
    );
    expect(given.said).toEqual([
      { to: "session:b", type: "claimed", re: 7, name: "Ada", place: { ...place, x: 9 } },
    ]);
    expect(given.state).toMatchObject({ phase: "live", session: "session:b" });
  });

  test("the fourth take-over within a minute is refused, the first after it is not", () => {
    const busy: Account = { ...live, takeovers: [0, 10_000, 20_000] };
    const claim = { type: "claim", re: 3, name: "Ada" };
    const at = { self, from: "session:b" } as const;
    expect(cells.take<Account>(busy, claim, { ...at, now: 59_999 }).said).toMatchObject([
      { type: "claimRefused", reason: "takeover_limit" },
    ]);
    expect(cells.take<Account>(busy, claim, { ...at, now: 60_001 }).said).toEqual([
      { to: "session:a", type: "takenOver" },
    ]);
  });

  test("the session that has it may claim it again", () => {
    expect(
      cells.take<Account>(live, { type: "claim", re: 4, name: "Ada" }, { self, from: "session:a" }).said,
    ).toMatchObject([{ type: "claimed" }]);
  });

  test("only its live session moves or frees it", () => {
    const stranger = { self, from: "session:x" } as const;
    for (const state of [live, handing]) {
      expect(cells.take<Account>(state, { type: "place", place: { ...place, x: 5 } }, stranger).state).toBe(
        state,
      );
      expect(cells.take<Account>(state, { type: "release" }, stranger).state).toBe(state);
    }
    expect(
      cells.take<Account>(live, { type: "place", place: { ...place, x: 5 } }, { self, from: "session:a" })
        .state,
    ).toMatchObject({ place: { x: 5 } });
    expect(cells.take<Account>(live, { type: "release" }, { self, from: "session:a" }).state).toEqual({
      phase: "free",
      name: "Ada",
      place,
      takeovers: [],
    });
  });

  test("a third claim during a hand-over waits its turn", () => {
    expect(
      cells.take<Account>(handing, { type: "claim", re: 5, name: "Ada" }, { self, from: "session:c" }).said,
    ).toMatchObject([{ to: "session:c", type: "claimRefused", reason: "try_later" }]);
  });

  test("a session that is gone without a word is not waited for", () => {
    const { state, said } = cells.take<Account>(handing, { type: "deadline" }, { self, from: self });
    expect(state).toMatchObject({ phase: "live", session: "session:b" });
    expect(said).toMatchObject([{ to: "session:b", type: "claimed", place }]);
  });
});
