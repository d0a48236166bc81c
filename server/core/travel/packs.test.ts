import { describe, expect, test } from "vitest";
import type { PackInfo } from "#shared/protocol/parts.ts";
import { take, testFacts } from "../testing.ts";
import { ask, journey, leased, open, player, self, starting, withDoor } from "./testing.ts";
import { type Travel, travel } from "./travel.ts";

const oldPack = leased.pack;
const newPack = "1".repeat(64);
const packOf = (sha256: string) => (): PackInfo => ({ url: "/p.zip", size: 1, mtime: 1, sha256 });
const facts = testFacts({ packOf: packOf(newPack) });
const ready = (pack: string | undefined) => ({
  type: "worldReady",
  launch: "launch:left",
  endpoint: { port: 1 },
  route: "left_world",
  pack,
});
const fromWorld = { self, from: "world:left_world", facts } as const;

describe("[S27] a lease is pinned to the pack it was granted with", () => {
  test("and leads into a launch of that pack, or of one that has none", () => {
    for (const pack of [oldPack, undefined])
      expect(take<Travel>(travel, starting, ready(pack), fromWorld).state).toMatchObject({
        phase: "expecting",
        pack: oldPack,
      });
  });

  test("a launch with a newer pack waits until the client has it: the same lease is told again", () => {
    const { state, said } = take<Travel>(travel, starting, ready(newPack), { ...fromWorld, now: 500 });
    expect(state).toMatchObject({ phase: "leased", pack: newPack, failures: 0, wakeAt: 120_500 });
    expect(said).toMatchObject([
      { to: "launch:hub", type: "hold" },
      { to: player, type: "lease", lease: "t1", pack: { sha256: newPack } },
    ]);
    expect(said.some(({ type }) => type === "denied")).toBe(false);
    const again = take<Travel>(travel, state, { type: "redeem", re: 6 }, { ...ask, facts }).state;
    expect(take<Travel>(travel, again, ready(newPack), fromWorld).state).toMatchObject({
      phase: "expecting",
    });
  });

  test("so does one with an older pack, as long as that can be had", () => {
    const kept = testFacts({ packOf: packOf(newPack), offerOf: (_, sha256 = newPack) => packOf(sha256)() });
    const { state, said } = take<Travel>(travel, { ...starting, pack: newPack }, ready(oldPack), {
      ...fromWorld,
      facts: kept,
    });
    expect(state).toMatchObject({ phase: "leased", pack: oldPack, failures: 0 });
    expect(said.at(-1)).toMatchObject({ to: player, type: "lease", pack: { sha256: oldPack } });
  });

  test("a launch whose older pack is not to be had any more is replaced first", () => {
    const waiting = { ...starting, pack: newPack };
    expect(take<Travel>(travel, waiting, ready(oldPack), fromWorld)).toMatchObject({
      state: waiting,
      said: [{ to: "world:left_world", type: "outdated" }],
    });
  });

  test("whoever resumes after the pack has changed prepares the new one; an open door is shut again", () => {
    for (const state of open) {
      const { state: after, said } = take<Travel>(travel, state, { type: "repeat" }, { ...ask, facts });
      expect(after).toMatchObject({ phase: "leased", pack: newPack });
      expect(said.filter(({ to }) => to === player)).toMatchObject([
        { type: "lease", pack: { sha256: newPack } },
        ...("door" in state ? [{ type: "denied", reason: "ticket_unavailable", final: false }] : []),
      ]);
    }
    for (const state of withDoor)
      expect(take<Travel>(travel, state, { type: "repeat" }, { ...ask, facts }).said).toContainEqual({
        to: "launch:left",
        type: "revoke",
        admission: "a1",
      });
    expect(take<Travel>(travel, starting, { type: "repeat" }, { ...ask, facts }).said).toContainEqual({
      to: "world:left_world",
      type: "release",
    });
  });

  test("a pack that is gone for the moment changes nothing", () => {
    const none = testFacts({ packOf: () => undefined });
    for (const state of open)
      expect(take<Travel>(travel, state, { type: "repeat" }, { ...ask, facts: none })).toMatchObject({
        state,
        said: [],
      });
    const begun = take<Travel>(travel, undefined, { type: "begin", journey }, { ...ask, facts: none });
    expect(begun.state).toBeUndefined();
  });
});
