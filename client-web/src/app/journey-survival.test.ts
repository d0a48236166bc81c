import { describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import { inHub, lease, pack, Traveller } from "./journey-testing.ts";

const newer = { pack: { ...pack, sha256: "1".repeat(64) } };
const redeems = (page: Traveller): number =>
  page.all.filter((effect) => "message" in effect && effect.message.type === "lease.redeem").length;

describe("a lease told again with another pack", () => {
  test("while the old one is made ready: the new one is, and nothing is redeemed before", () => {
    const page = inHub().hear(lease("t2", "left_world"));
    const old = page.last("pack.prepare").pack;
    page.hear(lease("t2", "left_world", newer));
    expect(page.asked).toEqual(["pack.cancel", "pack.prepare", "lease.refresh"]);
    expect(page.last("pack.cancel").pack).toBe(old);
    expect(page.last("pack.prepare").info).toEqual(newer.pack);
    page.take({ type: "pack.ready", pack: old });
    expect(page.asked).toEqual([]);
    expect(page.packReady().asked).toEqual(["lease.redeem"]);
  });

  test("while it is redeemed, or waits to be: made ready and redeemed again, and the old answer is none", () => {
    const page = inHub().hear(lease("t2", "left_world")).packReady();
    const re = page.request("lease.redeem");
    page.hear(lease("t2", "left_world", newer));
    expect(page.asked).toEqual(["pack.prepare", "lease.refresh"]);
    page.hear({ type: "denied", re, lease: "t2", reason: "world_unavailable" });
    expect(page.shown).toMatchObject({ state: "preparing", problem: undefined });
    page.packReady();
    expect(redeems(page)).toBe(3);
    page.hear({ type: "denied", lease: "t2", reason: "world_unavailable" });
    page.hear(lease("t2", "left_world"));
    expect(page.asked).toEqual(["pack.prepare", "lease.refresh"]);
  });

  test("keeps to its new end", () => {
    const page = inHub().hear(lease("t2", "left_world", { hardMs: 60_000 }));
    page.pass(50_000).hear(lease("t2", "left_world", { ...newer, hardMs: 60_000 }));
    page.pass(50_000);
    expect(page.shown).toMatchObject({ state: "preparing", problem: undefined });
    expect(page.pass(10_000).shown.problem).toMatchObject({ reason: "travel_lease_expired" });
  });

  test("while the ticket is used: it is used, and only a next attempt gets the new one ready", () => {
    const page = inHub().hear(lease("t2", "left_world")).packReady().ticket("t2", "left_world");
    page.hear(lease("t2", "left_world", newer));
    expect(page.asked).toEqual([]);
    page.take({ type: "world.closed", dial: page.last("dial.world").dial, code: 4010 });
    page.pass(limits.travelRetryMs);
    expect(page.asked).toEqual(["pack.prepare", "lease.refresh"]);
    page.packReady().ticket("t2", "left_world", "another").enter();
    expect(page.shown).toMatchObject({ state: "in-world", world: { key: "left_world" } });
  });

  test("or with the same one changes nothing", () => {
    const page = inHub().hear(lease("t2", "left_world"));
    expect(page.hear(lease("t2", "left_world")).asked).toEqual([]);
    expect(page.packReady().hear(lease("t2", "left_world")).asked).toEqual([]);
  });
});

describe("a world that is emptied", () => {
  const told = (): Traveller =>
    inHub().hear({ type: "notice", notice: "world_draining", world: "hub", inMs: 300_000 });

  test("says when, to those who are in it, and the earliest word counts", () => {
    const page = told();
    expect(page.shown.drainsAt).toBe(300_000);
    page.pass(240_000).hear({ type: "notice", notice: "world_draining", world: "hub", inMs: 60_000 });
    expect(page.shown.drainsAt).toBe(300_000);
    page.hear({ type: "notice", notice: "world_draining", world: "hub", inMs: 300_000 });
    expect(page.shown.drainsAt).toBe(300_000);
    const elsewhere = inHub().hear({ type: "notice", notice: "world_draining", world: "cave", inMs: 9 });
    expect(elsewhere.shown.drainsAt).toBeUndefined();
  });

  test("says where to, when that is another world", () => {
    expect(told().shown.drainsTo).toBeUndefined();
    const page = told().hear({
      type: "notice",
      notice: "world_draining",
      world: "hub",
      target: "left_world",
      inMs: 60_000,
    });
    expect(page.shown).toMatchObject({ drainsAt: 60_000, drainsTo: "Left World" });
  });

  test("is left for another launch of itself, and stays on screen and playable until that is drawn", () => {
    const page = told();
    const old = page.journey.world?.dial;
    page.pass(300_000).hear(lease("t2", "hub", { cause: "drain", ...newer }));
    expect(page.shown).toMatchObject({ state: "preparing", cause: "drain", world: { key: "hub" } });
    page.packReady().ticket("t2");
    const { dial } = page.last("dial.world");
    page.take({ type: "world.opened", dial }).arrived("t2").take({ type: "world.live", dial });
    expect(page.all.some((effect) => effect.type === "close.world" && effect.dial === old)).toBe(false);
    expect(page.journey.world).toMatchObject({ dial: old, isLive: true });
    page.take({ type: "world.drawn", dial });
    expect(page.effects).toContainEqual({ type: "close.world", dial: old });
    expect(page.shown).toMatchObject({ state: "in-world", drainsAt: undefined, cause: undefined });
  });

  test("keeps whom another world does not take, and says why", () => {
    const page = told()
      .hear(lease("t2", "left_world", { cause: "drain" }))
      .packReady();
    page.hear({ type: "denied", lease: "t2", reason: "world_full", final: true });
    expect(page.shown).toMatchObject({
      state: "in-world",
      world: { key: "hub" },
      drainsAt: 300_000,
      problem: { reason: "world_full" },
    });
  });

  test("is forgotten with it: by a portal, or when it is lost", () => {
    expect(told().travel("t2", "left_world").shown.drainsAt).toBeUndefined();
    const page = told().hear({ type: "world.lost", world: "hub", reason: "closed" });
    expect(page.shown).toMatchObject({ drainsAt: undefined, lost: "closed", world: { key: "hub" } });
    expect(page.travel("t3").shown).toMatchObject({ drainsAt: undefined, lost: undefined });
  });

  test("may be the one just committed to, before it is drawn", () => {
    const page = told().hear(lease("t2", "left_world")).packReady().ticket("t2", "left_world");
    page.arrived("t2", "left_world");
    page.hear({ type: "notice", notice: "world_draining", world: "left_world", inMs: 60_000 });
    expect(page.shown.drainsAt).toBeUndefined();
    expect(page.enter().shown.drainsAt).toBe(60_000);
  });
});

describe("a world that is lost", () => {
  test("because this page did not read what it was sent: the way back is asked for", () => {
    const page = inHub();
    const dial = page.journey.world?.dial ?? 0;
    page.take({ type: "world.closed", dial, code: closeCodes.tooSlow.code });
    expect(page.shown).toMatchObject({ state: "preparing", lost: undefined });
    page.pass(1_000);
    expect(page.last("send.control").message).toMatchObject({ type: "world.rejoin", world: "hub" });
  });

  test.each(["crashed", "closed"] as const)(
    "because it %s: the way back is offered, and followed",
    (reason) => {
      const page = inHub().hear({ type: "world.lost", world: "hub", reason });
      expect(page.asked).toEqual(["close.world"]);
      expect(page.shown).toMatchObject({ state: "preparing", lost: reason, prompt: undefined });
      page.hear(lease("t2", "hub", { cause: "rejoin" }));
      expect(page.shown).toMatchObject({ cause: "rejoin", lost: reason });
      page.packReady().ticket("t2").enter().arrived("t2");
      expect(page.shown).toMatchObject({ state: "in-world", lost: undefined });
      expect(page.all.some((effect) => "message" in effect && effect.message.type === "world.rejoin")).toBe(
        false,
      );
    },
  );
});

describe("a planned restart", () => {
  const going = (backMs?: number): Traveller =>
    inHub().hear({ type: "notice", notice: "shutting_down", ...(backMs !== undefined && { backMs }) });

  test("is waited for as long as was said, whatever happens, and the world plays on", () => {
    const page = going(1_500).lose(closeCodes.shuttingDown.code);
    expect(page.shown).toMatchObject({ state: "in-world", isMasterAway: true, prompt: undefined });
    page.take({ type: "online" }).take({ type: "woke" });
    expect(page.pass(1_499).asked).toEqual([]);
    expect(page.pass(1).asked).toEqual(["dial.control"]);
    expect(page.all.some(({ type }) => type === "close.world")).toBe(false);
    page.open().welcome({ resumed: true, epoch: "e2" });
    expect(page.shown).toMatchObject({ state: "in-world", isMasterAway: false });
  });

  test("that takes longer is dialled on for, ever more slowly, without a dialog over the game", () => {
    const page = going(1_500).lose(closeCodes.shuttingDown.code).pass(1_500).lose();
    const from = page.now;
    while (page.journey.control.phase === "waiting") page.pass(10);
    expect(page.now - from).toBe(420);
    page.open().hear({ type: "rejected", reason: "shutting_down" });
    expect(page.shown).toMatchObject({ state: "in-world", prompt: undefined });
    expect(page.pass(10_000).all.filter(({ type }) => type === "dial.control").length).toBeGreaterThan(3);
  });

  test("is over when the master is back: the next loss is a loss like any other", () => {
    const page = going(1_500).lose(closeCodes.shuttingDown.code).pass(1_500).open();
    page.welcome({ resumed: true, epoch: "e2" }).lose();
    expect(page.pass(300).asked).toEqual(["dial.control"]);
  });

  test("opens no dialog in nobody's world either, before it has lasted", () => {
    const page = new Traveller();
    for (const reason of ["shutting_down", "try_later"] as const) {
      page.open().hear({ type: "rejected", reason });
      expect(page.shown.prompt).toBeUndefined();
      page.pass(10_000);
    }
    for (let dial = 0; dial < 3; dial++) page.lose().pass(10_000);
    expect(page.shown.prompt).toEqual({ kind: "server_offline" });
  });

  test("without a time, or with one beyond reason, is not waited for for ever", () => {
    expect(going().lose(closeCodes.shuttingDown.code).pass(500).asked).toEqual(["dial.control"]);
    const late = going(Number.MAX_SAFE_INTEGER).lose(closeCodes.shuttingDown.code);
    expect(late.pass(limits.detachGraceMs).asked).toEqual(["dial.control"]);
  });

  test("can be cut short by the player alone", () => {
    expect(going(60_000).lose(closeCodes.shuttingDown.code).take({ type: "retry" }).asked).toEqual([
      "dial.control",
    ]);
  });
});

describe("a master that has other settings", () => {
  test("and lets in no page of this site is not asked again, but by who plays already", () => {
    const stranger = new Traveller().open().lose(closeCodes.originRefused.code);
    expect(stranger.shown).toMatchObject({ state: "rejected", prompt: { kind: "site_refused" } });
    expect(stranger.pass(600_000).asked).toEqual([]);
    expect(stranger.take({ type: "retry" }).asked).toEqual(["dial.control"]);
    const player = inHub().lose(closeCodes.originRefused.code);
    expect(player.shown).toMatchObject({ state: "in-world", prompt: undefined });
    expect(player.pass(10_000).asked).toContain("dial.control");
  });
});

describe("a master that vanished", () => {
  test("is not spoken of before it has been away for a moment", () => {
    const page = inHub().lose().pass(300).lose();
    expect(page.shown).toMatchObject({ state: "in-world", isChatUp: false, isMasterAway: false });
    for (let dial = 0; dial < 2; dial++) page.pass(1_000).lose();
    expect(page.shown).toMatchObject({ state: "in-world", isMasterAway: true, prompt: undefined });
  });

  test("is asked no more than one person asks, and the rest is refused here", () => {
    const page = inHub();
    for (let line = 0; line < 40; line++) page.take({ type: "say", text: `line ${line}` });
    expect(page.journey.asked.size).toBe(32);
    expect(
      page.all.filter((effect) => "message" in effect && effect.message.type === "chat.send"),
    ).toHaveLength(32);
    expect(page.shown.problem).toMatchObject({ about: "chat", reason: "try_later" });
    page.hear({ type: "ok", re: page.request("chat.send") });
    expect(page.take({ type: "say", text: "again" }).asked).toEqual(["chat.send"]);
  });
});

test("a redeem said again, and refused because the player has arrived, costs nobody the world they are in", () => {
  const page = inHub().hear(lease("t2", "left_world")).packReady().ticket("t2", "left_world");
  const { dial } = page.last("dial.world");
  page.take({ type: "world.opened", dial }).arrived("t2", "left_world");
  page.hear({ type: "denied", re: 99, lease: "t2", reason: "invalid_travel_lease" });
  expect(page.asked).toEqual([]);
  page.take({ type: "world.live", dial }).take({ type: "world.drawn", dial });
  expect(page.shown).toMatchObject({ state: "in-world", world: { key: "left_world" } });
});

describe("a master that goes while the player stands at the door of another world", () => {
  const atTheDoor = (): Traveller =>
    inHub().hear(lease("t2", "left_world")).packReady().ticket("t2", "left_world");

  test("and stays away for long is waited for there: the next one commits, and the old world plays on until then", () => {
    const page = atTheDoor()
      .lose()
      .pass(2 * limits.ticketMs);
    expect(page.all.some(({ type }) => type === "close.world")).toBe(false);
    page
      .open()
      .welcome({ resumed: true, admission: { world: "left_world" } })
      .arrived("t2", "left_world")
      .enter();
    expect(page.shown).toMatchObject({ state: "in-world", world: { key: "left_world" }, problem: undefined });
  });

  test("and does not commit is given its time, and then the journey is tried again", () => {
    const page = atTheDoor()
      .lose()
      .pass(2 * limits.ticketMs);
    page
      .open()
      .welcome({ resumed: true })
      .pass(limits.ticketMs - 1);
    expect(page.all.some(({ type }) => type === "close.world")).toBe(false);
    expect(page.pass(1).asked).toEqual(["close.world"]);
    expect(page.pass(limits.travelRetryMs).asked).toEqual(["lease.redeem"]);
  });
});
