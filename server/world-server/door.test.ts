import { describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { stepDoor } from "./door.ts";
import { active, expected, hold, inside, place, Played, portal, shown, unhold } from "./door-testing.ts";
import { admissionOf, rosterOf, wakeAt, type DoorInput } from "./door-state.ts";

const denial = (connection: string): object[] => [
  { type: "say", connection, message: { type: "rejected", re: 1, reason: "admission_denied" } },
  { type: "close", connection, why: "admissionDenied" },
];

describe("a ticket", () => {
  test("is acknowledged, opens the door once, and shows nobody before the master's word", () => {
    const played = new Played().take(expected("a"));
    expect(played.told).toEqual([{ type: "acked", admission: "a" }]);
    played.take(shown("a"));
    expect(played.effects).toEqual([
      { type: "place", admission: "a", connection: "by-a", re: 1, name: "Ada", guest: false, at: place },
      { type: "tell", message: { type: "arrived", admission: "a" } },
    ]);
    expect(rosterOf(played.door, 0).inside).toEqual([{ admission: "a", session: "of-a", active: false }]);
    played.take(active("a"));
    expect(played.effects).toEqual([{ type: "activate", admission: "a", connection: "by-a" }]);
    expect(rosterOf(played.door, 0).inside).toMatchObject([{ active: true }]);
  });

  test("that is used, unknown, expired or revoked is denied with one constant reason", () => {
    const used = new Played().take(expected("a"), shown("a"), shown("a", "thief"));
    const unknown = new Played().take(shown("a", "thief"));
    const expired = new Played().take(expected("a")).after(10_000).take(shown("a", "thief"));
    const revoked = new Played().take(expected("a"), { type: "revoke", admission: "a" }, shown("a", "thief"));
    for (const { effects } of [used, unknown, expired, revoked]) expect(effects).toEqual(denial("thief"));
    expect(used.door.inside.size).toBe(1);
  });

  test("cannot be shown by somebody who is inside already, nor after departing", () => {
    const played = inside().take(expected("b"), shown("b", "by-a"));
    expect(played.effects).toEqual(denial("by-a"));
    played.take({ type: "depart", admission: "a" }, shown("b", "by-a"));
    expect(played.effects).toEqual(denial("by-a"));
    expect(played.take(shown("b")).types).toEqual(["place", "tell"]);
  });

  test("told twice is acknowledged twice and counts once", () => {
    const played = new Played().take(expected("a"), expected("a"));
    expect(played.told).toEqual([{ type: "acked", admission: "a" }]);
    expect(rosterOf(played.door, 0).expected).toEqual(["a"]);
    played.take(shown("a"), expected("a"));
    expect(played.told).toEqual([{ type: "acked", admission: "a" }]);
    expect(played.door.expected.size).toBe(0);
  });

  test("is refused by a shut door, a full world and a full list", () => {
    const refused = (played: Played): object[] => played.take(expected("z")).told;
    expect(refused(new Played().take({ type: "stop.prepare" }))).toEqual([
      { type: "refused", admission: "z", reason: "world_unavailable" },
    ]);
    const full = new Played(2).take(expected("a"), shown("a"), expected("b"));
    expect(refused(full)).toEqual([{ type: "refused", admission: "z", reason: "world_full" }]);
    const listed = new Played(200, { ticketsPerWorld: 1 } as never).take(expected("a"));
    expect(refused(listed)).toEqual([{ type: "refused", admission: "z", reason: "ticket_unavailable" }]);
  });

  test("does not count its own player against the room there is", () => {
    const played = new Played(1).take(expected("a", "s"), shown("a"), expected("b", "s"));
    expect(played.told).toEqual([{ type: "acked", admission: "b" }]);
  });
});

describe("a portal", () => {
  test("holds its player until the master answers, and says so to both", () => {
    const played = inside().take(portal("by-a"));
    expect(played.effects).toEqual([
      {
        type: "tell",
        message: {
          type: "portal",
          admission: "a",
          request: "r1",
          portal: "Door",
          target: "left_world",
          spawn: "Door",
        },
      },
      { type: "say", connection: "by-a", message: { type: "portal.asked", re: 5, portal: "Door" } },
    ]);
    expect(rosterOf(played.door, 0).inside).toMatchObject([{ hold: "r1" }]);
    expect(played.take(portal("by-a", "r2")).effects).toMatchObject([
      { message: { type: "portal.denied", re: 5, reason: "already_travelling" } },
    ]);
  });

  test("is only for those who play here", () => {
    const denied = [{ message: { type: "portal.denied", reason: "not_joined" } }];
    expect(inside().take(portal("stranger")).effects).toMatchObject(denied);
    expect(new Played().take(expected("a"), shown("a"), portal("by-a")).effects).toMatchObject(denied);
    expect(inside().take({ type: "depart", admission: "a" }, portal("by-a")).effects).toMatchObject(denied);
  });

  test("is free again when its own request is refused, and the player is told why", () => {
    const played = inside().take(portal("by-a"), unhold("r0"));
    expect(played.effects).toEqual([]);
    expect(played.take(portal("by-a")).effects).toMatchObject([
      { message: { reason: "already_travelling" } },
    ]);
    expect(played.take(unhold("r1")).effects).toEqual([
      {
        type: "say",
        connection: "by-a",
        message: { type: "portal.denied", portal: "Door", re: 5, reason: "already_travelling" },
      },
    ]);
    expect(played.take(portal("by-a")).types).toEqual(["tell", "say"]);
  });

  test("is not explained twice once the master has taken the journey on", () => {
    const played = inside().take(portal("by-a"), hold("r1"), unhold("r1"));
    expect(played.effects).toEqual([]);
    expect(rosterOf(played.door, 0).inside[0]).not.toHaveProperty("hold");
  });

  test("is held no longer than the last word about it", () => {
    const played = inside().take(portal("by-a"), hold("r1")).after(19_999);
    expect(rosterOf(played.door, played.now).inside).toMatchObject([{ hold: "r1" }]);
    played.take(hold("r1")).after(19_999).take({ type: "wake" });
    expect(played.take(portal("by-a")).effects).toMatchObject([{ message: { type: "portal.denied" } }]);
    played.after(1);
    expect(rosterOf(played.door, played.now).inside[0]).not.toHaveProperty("hold");
    expect(played.take(portal("by-a")).types).toEqual(["tell", "say"]);
  });

  test("that nobody answers is free again by itself, and the player hears why", () => {
    const played = inside().take(portal("by-a"));
    expect(wakeAt(played.door)).toBe(limits.holdMs);
    played.after(limits.holdMs).take({ type: "wake" });
    expect(played.effects).toMatchObject([
      { message: { type: "portal.denied", reason: "master_unreachable" } },
    ]);
  });
});

describe("what a player says in the chat", () => {
  const bubble: DoorInput = { type: "bubble", admission: "a", text: "hello" };

  test("is shown here while they are seen here, with or without a socket", () => {
    const shownHere = [{ type: "bubble", admission: "a", text: "hello" }];
    expect(inside().take(bubble).effects).toEqual(shownHere);
    expect(inside().take({ type: "disconnect", connection: "by-a" }, bubble).effects).toEqual(shownHere);
  });

  test("is not shown before they are, nor after", () => {
    expect(new Played().take(expected("a"), shown("a"), bubble).effects).toEqual([]);
    expect(inside().take({ type: "depart", admission: "a" }, bubble).effects).toEqual([]);
  });
});

describe("leaving", () => {
  test("for another world removes the avatar at once and closes the socket later", () => {
    const played = inside().take({ type: "save" }, { type: "depart", admission: "a" });
    expect(played.effects).toEqual([
      { type: "remove", admission: "a" },
      { type: "tell", message: { type: "departed", admission: "a", seq: 2, place } },
      { type: "say", connection: "by-a", message: { type: "departed" } },
    ]);
    expect(rosterOf(played.door, 0).inside).toEqual([]);
    expect(admissionOf(played.door, "by-a")).toBeUndefined();
    expect(wakeAt(played.door)).toBe(limits.sourceCloseMs);
    played.after(limits.sourceCloseMs).take({ type: "wake" });
    expect(played.effects).toEqual([{ type: "close", connection: "by-a", why: "departed" }]);
    expect(wakeAt(played.door)).toBeUndefined();
  });

  test("is answered even by a world the player is not in, so that nobody waits", () => {
    const played = new Played().take(expected("a"), { type: "depart", admission: "a" });
    expect(played.told).toEqual([{ type: "departed", admission: "a", seq: 1 }]);
    expect(played.door.expected.size).toBe(0);
  });

  test("by losing the socket leaves the avatar standing for a while, then saves it and lets it go", () => {
    const played = inside().take({ type: "disconnect", connection: "by-a" });
    expect(played.effects).toEqual([{ type: "freeze", admission: "a" }]);
    played.after(limits.worldDetachMs - 1).take({ type: "wake" });
    expect(played.effects).toEqual([]);
    played.after(1).take({ type: "wake" });
    expect(played.effects).toEqual([
      { type: "tell", message: { type: "left", admission: "a", seq: 1, place } },
      { type: "remove", admission: "a" },
    ]);
  });

  test("on the master's word saves once more and closes the socket", () => {
    const kick = { type: "kick", admission: "a", reason: "session_expired" } as const;
    expect(inside().take(kick).effects).toEqual([
      { type: "tell", message: { type: "left", admission: "a", seq: 1, place } },
      { type: "remove", admission: "a" },
      { type: "close", connection: "by-a", why: "removed" },
    ]);
    expect(new Played().take(expected("a"), kick, shown("a")).effects).toEqual(denial("by-a"));
  });

  test("does not take along the avatar of another connection", () => {
    const played = inside().take(expected("b", "of-a"), shown("b"), {
      type: "disconnect",
      connection: "by-b",
    });
    expect(played.effects).toEqual([{ type: "freeze", admission: "b" }]);
    expect(played.take({ type: "disconnect", connection: "stranger" }).effects).toEqual([]);
  });
});

describe("saves", () => {
  test("are numbered per admission, only of those who play, in frames of bounded size", () => {
    const played = new Played(9, { arrayItems: 2 } as never);
    for (const one of ["a", "b", "c"]) played.take(expected(one), shown(one), active(one));
    played.take(expected("d"), shown("d"), { type: "save" }, { type: "save" });
    const saved = (admission: string): object => ({ admission, seq: 2, place });
    expect(played.told).toEqual([
      { type: "saves", saves: [saved("a"), saved("b")] },
      { type: "saves", saves: [saved("c")] },
    ]);
  });
});

describe("stopping", () => {
  test("is put off while somebody is inside or a ticket may still be shown", () => {
    expect(inside().take({ type: "stop.prepare" }).told).toEqual([{ type: "stop.busy" }]);
    const played = new Played().take(expected("a")).after(9_999).take({ type: "stop.prepare" });
    expect(played.told).toEqual([{ type: "stop.busy" }]);
    expect(played.after(1).take({ type: "stop.prepare" }).told).toEqual([{ type: "stop.ready" }]);
    expect(played.door.isShut).toBe(true);
  });

  test("is off when the master takes the launch on again: whoever comes is let in", () => {
    const played = new Played().take({ type: "stop.prepare" });
    played.take({ type: "registered", heartbeatMs: 1000, epoch: 1 }, expected("a"), shown("a"));
    expect(played.told).toEqual([{ type: "arrived", admission: "a" }]);
  });

  test("saves everyone, closes every socket, then ends the process", () => {
    const played = inside().take(expected("b"), shown("b"), active("b"), { type: "depart", admission: "b" });
    played.take({ type: "stop", reason: "shutdown" });
    expect(played.effects).toEqual([
      { type: "tell", message: { type: "left", admission: "a", seq: 1, place } },
      { type: "remove", admission: "a" },
      { type: "close", connection: "by-a", why: "shuttingDown" },
      { type: "close", connection: "by-b", why: "departed" },
      { type: "exit", reason: "shutdown" },
    ]);
    expect(played.take(expected("c")).told).toMatchObject([{ type: "refused", reason: "world_unavailable" }]);
  });
});

test("late words about the unknown change nothing", () => {
  const { door } = inside();
  const late: DoorInput[] = [
    { type: "revoke", admission: "z" },
    { type: "bubble", admission: "z", text: "hello" },
    { type: "hold", admission: "z", request: "r", forMs: 1 },
    { type: "unhold", admission: "z", request: "r" },
    { type: "activate", admission: "z" },
    { type: "activate", admission: "a" },
    { type: "kick", admission: "z", reason: "removed" },
    { type: "registered", heartbeatMs: 1000, epoch: 1 },
    { type: "registration.delayed", epoch: 1 },
    { type: "unsaved" },
    { type: "registration.refused", reason: "not_wanted", epoch: 1 },
  ];
  for (const input of late) {
    const step = stepDoor(door, input, { now: 0, placeOf: () => place });
    expect(step.effects).toEqual([]);
    expect(step.door).toEqual(door);
  }
});
