import { describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import type { Refusal } from "#shared/refusal.ts";
import { inHub, lease, Traveller } from "./journey-testing.ts";

/** In the hub, on the way to the left world, at each stage. */
const preparing = (): Traveller => inHub().hear(lease("t2", "left_world"));
const redeeming = (): Traveller => preparing().packReady();
const entering = (): Traveller => redeeming().ticket("t2", "left_world");
const stages = { preparing, redeeming, entering };

const isBack = (page: Traveller, reason?: string): void => {
  expect(page.shown).toMatchObject({ state: "in-world", world: { key: "hub" } });
  if (reason) expect(page.shown.problem).toMatchObject({ reason, world: "left_world" });
};

describe("a portal", () => {
  test("is asked for once, over the world's socket, and leads to a lease", () => {
    const page = inHub().take({ type: "usePortal", portal: "Door" });
    expect(page.last("send.world").message).toMatchObject({ type: "portal.use", portal: "Door" });
    expect(page.take({ type: "usePortal", portal: "Door" }).asked).toEqual([]);
    page.world({ type: "portal.asked", re: page.request("portal.use"), portal: "Door" });
    expect(page.hear(lease("t2", "left_world")).shown.state).toBe("preparing");
    expect(page.take({ type: "usePortal", portal: "Door" }).asked).toEqual([]);
    expect(page.pass(limits.portalReplyMs).shown.problem).toBeUndefined();
  });

  test("that is refused, or that nobody answers, is free again and says why", () => {
    const page = inHub().take({ type: "usePortal", portal: "Door" });
    const re = page.request("portal.use");
    page.world({ type: "portal.denied", re: re + 99, portal: "Door", reason: "not_at_portal" });
    expect(page.shown.problem).toBeUndefined();
    page.world({ type: "portal.denied", re, portal: "Door", reason: "not_at_portal" });
    expect(page.shown.problem).toMatchObject({ about: "travel", reason: "not_at_portal" });
    page.take({ type: "usePortal", portal: "Door" }).pass(limits.portalReplyMs);
    expect(page.shown.problem).toMatchObject({ reason: "master_unreachable" });
    expect(page.take({ type: "usePortal", portal: "Door" }).asked).toEqual(["portal.use"]);
  });

  test("cannot be used from nowhere", () => {
    expect(new Traveller().open().welcome().take({ type: "usePortal", portal: "Door" }).asked).toEqual([]);
  });
});

describe("a journey", () => {
  test("keeps the old world until the new one is drawn", () => {
    const page = entering();
    const old = page.journey.world?.dial;
    const { dial } = page.last("dial.world");
    page.take({ type: "world.opened", dial }).arrived("t2", "left_world");
    page.world({ type: "departed" }, old).take({ type: "world.live", dial });
    expect(page.all).not.toContainEqual({ type: "close.world", dial: old });
    expect(page.shown).toMatchObject({ state: "traveling", world: { key: "hub" } });
    page.take({ type: "world.drawn", dial });
    expect(page.effects).toEqual([{ type: "close.world", dial: old }]);
    expect(page.shown).toMatchObject({ state: "in-world", world: { key: "left_world" } });
  });

  test("is not over before there is something to draw", () => {
    const page = entering();
    page.take({ type: "world.drawn", dial: page.last("dial.world").dial });
    expect(page.shown).toMatchObject({ state: "traveling", world: { key: "hub" } });
  });

  test("waits for a hidden page to draw, however long", () => {
    const page = entering();
    const { dial } = page.last("dial.world");
    page
      .take({ type: "world.live", dial })
      .take({ type: "world.closed", dial: page.journey.world?.dial ?? 0, code: 4012 });
    expect(page.pass(600_000).asked).toEqual([]);
    expect(page.take({ type: "world.drawn", dial }).shown.state).toBe("in-world");
  });

  test("refreshes its lease while it prepares, and gives it back just before it cannot be refreshed", () => {
    const page = inHub().hear(lease("t2", "left_world", { hardMs: 42_000 }));
    page.pass(10_000);
    expect(page.last("send.control").message).toMatchObject({ type: "lease.refresh", lease: "t2" });
    page.hear({ type: "lease.refreshed", re: 1, lease: "t2", softMs: 9, hardMs: 32_000 });
    page.hear({ type: "lease.refreshed", re: 1, lease: "t0", softMs: 9, hardMs: 900_000 });
    page.pass(26_999);
    expect(page.shown.state).toBe("preparing");
    page.pass(1);
    expect(page.asked).toEqual(["lease.release", "pack.cancel"]);
    isBack(page, "travel_lease_expired");
  });

  test("whose pack cannot be had ends where it began, and says so", () => {
    const page = preparing();
    page.take({ type: "pack.failed", pack: 0, reason: "pack_failed" });
    expect(page.shown.state).toBe("preparing");
    page.take({ type: "pack.failed", pack: page.last("pack.prepare").pack, reason: "pack_offline" });
    expect(page.last("send.control").message).toMatchObject({ type: "lease.release", lease: "t2" });
    isBack(page, "pack_offline");
    expect(page.shown.problem?.about).toBe("pack");
  });

  test("redeems three times under one lease when that can help, then plays on", () => {
    const page = redeeming();
    for (const reason of ["world_unavailable", "ticket_unavailable"] as const) {
      page.hear({ type: "denied", lease: "t2", reason });
      expect(page.asked).toEqual([]);
      page.pass(limits.travelRetryMs);
      expect(page.asked).toEqual(["lease.redeem"]);
    }
    page.hear({ type: "denied", lease: "t2", reason: "world_unavailable" });
    expect(page.asked).toEqual(["lease.release"]);
    isBack(page, "world_unavailable");
  });

  test("waits fourteen seconds for its ticket", () => {
    const page = redeeming().pass(limits.clientRedeemMs - 1);
    expect(page.asked).toEqual([]);
    page.pass(1 + limits.travelRetryMs);
    expect(page.asked).toEqual(["lease.redeem"]);
  });

  test.each<Refusal>(["world_full", "travel_lease_target_mismatch", "try_later"])(
    "that is refused with %s is not tried again",
    (reason) => {
      const page = redeeming();
      page.hear({ type: "denied", re: page.request("lease.redeem"), reason });
      expect(page.asked).toEqual(["lease.release"]);
      isBack(page, reason);
    },
  );

  test("whose lease is over gives nothing back", () => {
    for (const stage of Object.values(stages)) {
      const page = stage().hear({ type: "denied", lease: "t2", reason: "world_unavailable", final: true });
      expect(page.asked).not.toContain("lease.release");
      isBack(page, "world_unavailable");
    }
    const expired = preparing();
    expired.hear({ type: "denied", re: 1, lease: "t2", reason: "invalid_travel_lease" });
    isBack(expired, "invalid_travel_lease");
  });

  test("redeems again when the world does not open, does not answer or does not know the ticket", () => {
    const failures: ((page: Traveller, dial: number) => void)[] = [
      (page, dial) => page.take({ type: "world.closed", dial, code: 1006 }),
      (page, dial) => page.take({ type: "world.closed", dial, code: closeCodes.admissionDenied.code }),
      (page) => page.world({ type: "rejected", re: 1, reason: "admission_denied" }),
      (page) => page.pass(limits.ticketMs),
      (page) => page.hear({ type: "denied", lease: "t2", reason: "ticket_unavailable" }),
    ];
    for (const failure of failures) {
      const page = entering();
      const { dial } = page.last("dial.world");
      page.take({ type: "world.opened", dial });
      failure(page, dial);
      expect(page.all).toContainEqual({ type: "close.world", dial });
      expect(page.pass(limits.travelRetryMs).asked).toEqual(["lease.redeem"]);
      page.ticket("t2", "left_world", "another-ticket-of-t2").enter();
      expect(page.shown).toMatchObject({ state: "in-world", world: { key: "left_world" } });
    }
  });

  test("shows its newest ticket only", () => {
    const page = entering();
    const { dial } = page.last("dial.world");
    expect(page.ticket("t2", "left_world").asked).toEqual([]);
    expect(page.ticket("t2", "left_world", "a-newer-ticket-of-t2").asked).toEqual([
      "close.world",
      "dial.world",
    ]);
    expect(page.last("close.world").dial).toBe(dial);
    page.take({ type: "world.opened", dial });
    expect(page.asked).toEqual([]);
  });

  test("is replaced by a newer lease, whatever it was doing", () => {
    expect(preparing().hear(lease("t3", "hub")).asked).toEqual([
      "pack.cancel",
      "pack.prepare",
      "lease.refresh",
    ]);
    expect(redeeming().hear(lease("t3", "hub")).asked).toEqual(["pack.prepare", "lease.refresh"]);
    expect(entering().hear(lease("t3", "hub")).asked).toEqual([
      "close.world",
      "pack.prepare",
      "lease.refresh",
    ]);
  });

  test("is asked for again on a new connection: the redeem or its ticket may be lost", () => {
    const isIn = { resumed: true, admission: { admission: "a-t1", world: "hub" } };
    const page = redeeming().lose().pass(1_000).open().welcome(isIn);
    expect(page.pass(limits.travelRetryMs).asked).toEqual(["lease.redeem"]);
    expect(page.journey.travel).toMatchObject({ phase: "redeeming", attempt: 1 });
    const replayed = redeeming().lose().pass(1_000).open().welcome(isIn).ticket("t2", "left_world");
    expect(replayed.asked).toEqual(["dial.world"]);
    expect(replayed.pass(limits.travelRetryMs).asked).toEqual([]);
  });

  test("is not moved by what belongs to another", () => {
    for (const stage of Object.values(stages)) {
      const page = stage();
      const before = page.journey;
      page.ticket("t0").hear({ type: "denied", lease: "t0", reason: "world_unavailable", final: true });
      page.hear({ type: "denied", re: 999_999, reason: "world_unavailable" });
      page.take({ type: "pack.ready", pack: 0 }).take({ type: "world.closed", dial: 0, code: 1006 });
      page.take({ type: "world.live", dial: 0 }).take({ type: "world.drawn", dial: 0 });
      expect({ ...page.journey, resume: before.resume }).toEqual(before);
    }
  });
});

describe("a player who changes their mind", () => {
  test("stays, and gives the lease back until the master has heard it", () => {
    for (const stage of Object.values(stages)) {
      const page = stage().take({ type: "cancelTravel" });
      expect(page.last("send.control").message).toMatchObject({ type: "lease.release", lease: "t2" });
      isBack(page);
      expect(page.shown.problem).toBeUndefined();
      page.hear({ type: "denied", re: page.request("lease.release"), reason: "try_later" });
      expect(page.pass(limits.portalReplyMs).asked).toEqual(["lease.release"]);
      page.hear({ type: "ok", re: page.request("lease.release") });
      expect(page.pass(60_000).asked).toEqual([]);
    }
  });

  test("is not sent on by a lease that is told again", () => {
    const page = redeeming().take({ type: "cancelTravel" }).lose().pass(1_000).open();
    page
      .welcome({ resumed: true, admission: { admission: "a-t1", world: "hub" } })
      .hear(lease("t2", "left_world"));
    expect(page.asked).toEqual(["lease.release"]);
    isBack(page);
    page.hear({ type: "denied", lease: "t2", reason: "travel_cancelled", final: true });
    expect(page.journey.givenBack).toBeUndefined();
    expect(page.hear(lease("t3", "left_world")).asked).toContain("pack.prepare");
  });

  test("is too late once the master has committed, and has no choice in no world", () => {
    const committed = entering().arrived("t2", "left_world").take({ type: "cancelTravel" });
    expect(committed.asked).toEqual([]);
    const seen = entering();
    seen.take({ type: "world.live", dial: seen.last("dial.world").dial }).take({ type: "cancelTravel" });
    expect(seen.asked).toEqual([]);
    expect(new Traveller().open().welcome().hear(lease("t1")).take({ type: "cancelTravel" }).asked).toEqual(
      [],
    );
  });
});

describe("losing a world", () => {
  test("asks for the way back after a moment, unless the master offers it first", () => {
    const page = inHub();
    page.take({ type: "world.closed", dial: page.journey.world?.dial ?? 0, code: 1006 });
    expect(page.shown).toMatchObject({ state: "preparing", world: { key: "hub" } });
    page.pass(1_000);
    expect(page.last("send.control").message).toMatchObject({ type: "world.rejoin", world: "hub" });
    page
      .hear(lease("t2", "hub", { cause: "rejoin" }))
      .packReady()
      .ticket("t2")
      .enter();
    expect(page.shown).toMatchObject({ state: "in-world" });
    const offered = inHub().hear({ type: "world.lost", world: "hub", reason: "crashed" });
    expect(offered.asked).toEqual(["close.world"]);
    expect(offered.hear(lease("t2", "hub", { cause: "rejoin" })).pass(1_000).asked).toEqual([]);
  });

  test("while travelling does not end the journey; its failure leads home", () => {
    const page = redeeming();
    page.take({ type: "world.closed", dial: page.journey.world?.dial ?? 0, code: 1006 });
    expect(page.shown.state).toBe("traveling");
    page.hear({ type: "denied", lease: "t2", reason: "world_full", final: true }).pass(1_000);
    expect(page.last("send.control").message).toMatchObject({ type: "world.rejoin", world: "hub" });
  });

  test("after the commit leads to the new world, not the old one", () => {
    const page = entering().arrived("t2", "left_world");
    page.take({ type: "world.closed", dial: page.last("dial.world").dial, code: 1006 });
    page.pass(1_000);
    expect(page.last("send.control").message).toMatchObject({ type: "world.rejoin", world: "left_world" });
  });

  test("by a commit that came too late leads after it", () => {
    const page = entering().take({ type: "cancelTravel" }).arrived("t2", "left_world");
    expect(page.shown.state).toBe("preparing");
    expect(page.pass(1_000).last("send.control").message).toMatchObject({
      type: "world.rejoin",
      world: "left_world",
    });
    const late = entering().pass(limits.ticketMs).arrived("t2", "left_world").pass(1_000);
    expect(late.last("send.control").message).toMatchObject({ type: "world.rejoin", world: "left_world" });
  });

  test("that is not on screen does not matter", () => {
    expect(inHub().hear({ type: "world.lost", world: "left_world", reason: "left" }).shown.state).toBe(
      "in-world",
    );
  });
});
