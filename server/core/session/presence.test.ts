import { afterAll, describe, expect, test } from "vitest";
import { Cells, testFacts } from "../testing.ts";
import { type InWorld, type Session, session } from "./session.ts";
import {
  ada,
  everywhere,
  fromLaunch,
  fromTravel,
  inWorld,
  lobby,
  place,
  player,
  self,
  travelling,
} from "./testing.ts";

const cells = new Cells(session);
afterAll(() => expect(cells.missing.filter((cell) => /\.(draining|evacuate)$/.test(cell))).toEqual([]));

const away = { type: "evacuate", admission: "a1", target: "left_world" };

describe("a player whose launch is emptied", () => {
  test("is told where they are, and nobody else is", () => {
    const notice = { type: "draining", admission: "a1", inMs: 60_000 };
    for (const state of everywhere) {
      const { said, state: after } = cells.take<Session>(state, notice, fromLaunch);
      expect(after).toMatchObject(state);
      expect(said).toEqual(
        state === lobby
          ? []
          : [{ to: player, type: "notice", notice: "world_draining", world: "hub", inMs: 60_000 }],
      );
      expect(cells.take<Session>(state, { ...notice, admission: "a0" }, fromLaunch).said).toEqual([]);
    }
  });

  test("is told again when the page is loaded anew, while there is time left", () => {
    const notice = { type: "draining", admission: "a1", inMs: 60_000 };
    const { state } = cells.take<Session>(inWorld, notice, fromLaunch);
    const open = { type: "open", hello: { re: 1, version: "0.1", protocol: 1, resumeHash: "new" } };
    const again = (now: number) =>
      cells
        .take<Session>(state, open, { self, from: "client:c2", now })
        .said.filter(({ to }) => to === player);
    const told = { to: player, type: "notice", notice: "world_draining", world: "hub" };
    expect(again(20_000)).toEqual([{ ...told, inMs: 40_000 }]);
    expect(again(60_000)).toEqual([]);
  });

  test("is told where to, both times, when that is another world", () => {
    const notice = { type: "draining", admission: "a1", inMs: 60_000, target: "left_world" };
    const { state, said } = cells.take<Session>(inWorld, notice, fromLaunch);
    const open = { type: "open", hello: { re: 1, version: "0.1", protocol: 1, resumeHash: "new" } };
    const again = cells.take<Session>(state, open, { self, from: "client:c2", now: 20_000 }).said;
    for (const told of [said, again])
      expect(told).toContainEqual(
        expect.objectContaining({ notice: "world_draining", target: "left_world" }),
      );
  });

  test("is led to the other world when the time has come", () => {
    const { state, said } = cells.take<Session>(inWorld, away, fromLaunch);
    expect(state).toMatchObject({ phase: "travelling", cause: "drain", admission: { id: "a1" } });
    expect(said).toMatchObject([
      {
        type: "begin",
        journey: {
          cause: "drain",
          target: { world: "left_world", x: 400, y: 260 },
          source: { admission: "a1" },
        },
      },
    ]);
  });

  test("stands in the next launch of the same world where they stood", () => {
    const toHub = { ...away, target: "hub" };
    expect(cells.take<Session>(inWorld, toHub, fromLaunch).said).toMatchObject([
      { journey: { cause: "drain", target: inWorld.place } },
    ]);
    // Whoever logged in since is not where the guest they were stood.
    const { admission } = inWorld;
    const another = { ...ada(inWorld), admission };
    expect(cells.take<Session>(another, toHub, fromLaunch).said).toMatchObject([
      { journey: { target: { world: "hub", x: 400, y: 260 } } },
    ]);
  });

  const { detachGraceMs, evacuationMs } = testFacts().limits;
  const detached = { ...inWorld, client: undefined, wakeAt: detachGraceMs };
  const late = { ...fromLaunch, now: evacuationMs };

  test("who has been away for long leaves with a last save, and is asked only by the launch they are in", () => {
    expect(cells.take<Session>(detached, away, late)).toMatchObject({
      state: detached,
      said: [{ to: "launch:hub", type: "kick", admission: "a1", reason: "world_draining" }],
    });
    for (const state of [lobby, travelling])
      expect(cells.take<Session>(state, away, fromLaunch)).toMatchObject({ state, said: [] });
    expect(cells.take<Session>(inWorld, away, { self, from: "launch:old" })).toMatchObject({
      state: inWorld,
      said: [],
    });
  });

  describe("and whose master was killed a while ago, as long as a page may wait before it dials again,", () => {
    const early = { ...late, now: evacuationMs - 1 };
    const { state, said } = cells.take<InWorld>(detached, away, early);
    const asked = state as InWorld;
    const back = (state: Session) => {
      const open = { type: "open", hello: { re: 1, version: "0.1", protocol: 1, resumeHash: "new" } };
      return cells.take<Session>(state, open, { self, from: "client:c2", now: evacuationMs });
    };

    test("goes as soon as they are back", () => {
      expect(said).toEqual([]);
      expect(back(asked)).toMatchObject({
        state: { phase: "travelling", client: "client:c2", target: "left_world", admission: { id: "a1" } },
        said: [{ type: "attach" }, { type: "begin", journey: { cause: "drain" } }],
      });
      expect(back(detached)).toMatchObject({ state: { phase: "inWorld" }, said: [{ type: "attach" }] });
    });

    test("once, and whatever they have done meanwhile goes before them when it is the next launch of their world", () => {
      const toHub = { ...away, target: "hub" };
      const { state: summoned } = cells.take<InWorld>(detached, toHub, early);
      expect(cells.take<Session>(summoned, toHub, early).state).toBe(summoned);
      const { state: gone, said: told } = back(summoned as InWorld);
      expect(told).toMatchObject([
        { type: "attach" },
        { to: "launch:hub", type: "hand.over" },
        { type: "begin", journey: { cause: "drain", target: inWorld.place } },
      ]);
      expect(gone).not.toHaveProperty("admission.summons", expect.anything());
      const notice = { type: "draining", admission: "a1", inMs: 60_000, target: "left_world" };
      const again = cells.take<Session>(summoned, notice, early).state as Session;
      expect(back(again)).toMatchObject({ state: { phase: "inWorld" } });
    });

    test("but not when they are on their way anyhow, or when another master has not asked them yet", () => {
      const walking = { ...travelling, client: undefined, admission: asked.admission };
      expect(back(walking)).toMatchObject({
        state: { phase: "travelling", travel: "travel:t1" },
        said: [{ type: "attach" }, { to: "travel:t1", type: "repeat" }],
      });
      const restarted = cells.take<Session>(asked, { type: "closed" }, { self, from: "master:local" }).state;
      expect(back(restarted as Session)).toMatchObject({ state: { phase: "inWorld" } });
    });
  });

  test("comes back elsewhere when the launch ended first", () => {
    const gone = { type: "gone", admission: "a1", reason: "closed" };
    expect(cells.take<Session>(inWorld, gone, fromLaunch).said).toMatchObject([
      { to: player, type: "world.lost", reason: "closed" },
      { type: "begin", journey: { cause: "rejoin", target: inWorld.place } },
    ]);
    expect(cells.take<Session>({ ...inWorld, client: undefined }, gone, fromLaunch).state).toMatchObject({
      phase: "lobby",
    });
  });
});

test("a player who came back into their own world is known to stand where the old avatar stood last", () => {
  const at = { ...place, x: 77 };
  for (const state of [inWorld, travelling]) {
    const settling = { ...state, settling: "travel:t1" } as const;
    const input = { type: "settled", place: at, at };
    expect(cells.take<Session>(settling, input, fromTravel).state).toMatchObject({ place: at });
    expect(cells.take<Session>(settling, { ...input, at: undefined }, fromTravel).state).toMatchObject({
      place,
    });
    expect(cells.take<Session>(settling, input, { self, from: "travel:t0" }).state).toBe(settling);
  }
});

describe("a journey that fails after the world behind the player has gone", () => {
  const lost = { ...travelling, admission: undefined };
  const ended = { type: "travelEnded", reason: "world_full" };

  test("leads back to where they stood, before anywhere else", () => {
    expect(cells.take<Session>(lost, ended, fromTravel)).toMatchObject({
      state: { phase: "travelling", target: "hub", tried: ["left_world"] },
      said: [{ type: "begin", journey: { cause: "rejoin", target: lost.place } }],
    });
  });

  test("and there too, to the fallback, and at last nowhere: no world is tried twice", () => {
    const worlds = new Map(testFacts().worlds);
    worlds.set("hub", { ...worlds.get("hub"), fallback: "top_world" } as never);
    const at = { ...fromTravel, facts: testFacts({ worlds, initialWorld: "right_world" }) };
    const targets: string[] = [];
    let state: Session | undefined = lost;
    while (state?.phase === "travelling") {
      targets.push(state.target);
      state = cells.take<Session>({ ...state, travel: "travel:t1" }, ended, at).state;
    }
    expect(targets).toEqual(["left_world", "hub", "top_world", "right_world"]);
    expect(state).toMatchObject({ phase: "lobby" });
  });

  test("not to a world that is no more", () => {
    const worlds = new Map([...testFacts().worlds].filter(([key]) => key !== "hub"));
    const at = { ...fromTravel, facts: testFacts({ worlds, initialWorld: "top_world" }) };
    expect(cells.take<Session>(lost, ended, at).state).toMatchObject({ target: "top_world" });
  });
});
