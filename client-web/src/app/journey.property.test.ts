import { array, assert, constantFrom, integer, oneof, property, tuple, type Arbitrary } from "fast-check";
import { expect, test } from "vitest";
import type { ToPlayer } from "#shared/protocol/client-world.ts";
import { askedMost } from "./journey-ask.ts";
import { wakeAt } from "./journey.ts";
import { lease, pack, Traveller } from "./journey-testing.ts";

type Move = (page: Traveller) => void;

const leases = constantFrom("t1", "t2", "t3");
const places = constantFrom("hub", "left_world");
const dials = integer({ min: 0, max: 40 });
const reasons = constantFrom(
  "world_unavailable",
  "ticket_unavailable",
  "world_full",
  "not_active_world",
  "try_later",
);
const says: Arbitrary<ToPlayer> = constantFrom(
  { type: "departed" },
  { type: "rejected", re: 1, reason: "admission_denied" },
  { type: "portal.denied", portal: "Door", reason: "not_at_portal" },
  { type: "interact.denied", re: 1, entity: 7, reason: "not_in_reach" },
  { type: "bubble", entity: 7, text: "hello" },
);

/** Anything a master, a world, a player or the network may do, in any order. */
const moves: Arbitrary<Move> = oneof(
  integer({ min: 0, max: 20_000 }).map(
    (ms): Move =>
      (page) =>
        page.pass(ms),
  ),
  constantFrom<Move>(
    (page) => page.open(),
    (page) => page.open().welcome(),
    (page) => page.welcome({ resumed: true, admission: { admission: "a", world: "left_world" } }),
    (page) => page.lose(),
    (page) => page.lose(4007),
    (page) => page.lose(4013),
    (page) => page.take({ type: "online" }),
    (page) => page.packReady(),
    (page) => page.take({ type: "say", text: "hello" }),
    (page) => page.hear({ type: "rejected", reason: "version_mismatch", server: "9.9" }),
    (page) => page.take({ type: "cancelTravel" }),
    (page) => page.take({ type: "usePortal", portal: "Door" }),
    (page) => page.take({ type: "interact", entity: 7 }),
    (page) => page.take({ type: "retry" }),
    (page) => page.take({ type: "login", name: "Ada" }),
  ),
  tuple(leases, places, constantFrom("0", "1")).map(
    ([id, world, digit]): Move =>
      (page) =>
        page.hear(lease(id, world, { hardMs: 60_000, pack: { ...pack, sha256: digit.repeat(64) } })),
  ),
  tuple(constantFrom("shutting_down", "world_draining"), places, integer({ min: 0, max: 90_000 })).map(
    ([notice, world, ms]): Move =>
      (page) =>
        page.hear({ type: "notice", notice, world, inMs: ms, backMs: ms }),
  ),
  tuple(leases, places).map(
    ([id, world]): Move =>
      (page) =>
        page.ticket(id, world),
  ),
  tuple(leases, places).map(
    ([id, world]): Move =>
      (page) =>
        page.arrived(id, world),
  ),
  tuple(leases, reasons, constantFrom(true, false)).map(
    ([id, reason, final]): Move =>
      (page) =>
        page.hear({ type: "denied", lease: id, reason, final }),
  ),
  places.map(
    (world): Move =>
      (page) =>
        page.hear({ type: "world.lost", world, reason: "crashed" }),
  ),
  integer({ min: 0, max: 40 }).map(
    (pack): Move =>
      (page) =>
        page.take({ type: "pack.ready", pack }),
  ),
  tuple(dials, says).map(
    ([dial, message]): Move =>
      (page) =>
        page.world(message, dial),
  ),
  tuple(dials, constantFrom("world.opened", "world.live", "world.drawn")).map(
    ([dial, type]): Move =>
      (page) =>
        page.take({ type, dial }),
  ),
  dials.map(
    (dial): Move =>
      (page) =>
        page.take({ type: "world.closed", dial, code: 1006 }),
  ),
);

/** Moves that need something the page has not done yet are no moves. */
function attempt(move: Move, page: Traveller): void {
  try {
    move(page);
  } catch (error) {
    if (!(error instanceof Error) || !/was never (sent|asked for)/.test(error.message)) throw error;
  }
}

test("whatever happens, a page goes on, dials nothing twice and keeps what is on screen", () => {
  assert(
    property(array(moves, { maxLength: 80 }), (story) => {
      const page = new Traveller();
      for (const move of story) {
        const { world, control } = page.journey;
        const from = page.all.length;
        attempt(move, page);
        const asked = page.all.slice(from);
        const after = page.journey;

        // It wakes in the future or not at all: nothing spins.
        const at = wakeAt(after);
        if (at !== undefined) {
          page.now = Math.max(page.now, at);
          page.take({ type: "wake" });
          expect(wakeAt(page.journey) ?? Infinity).toBeGreaterThan(page.now);
        }

        // A world that is live on screen is closed only for a newer one, or when the player is out of it.
        const isClosed = asked.some((effect) => effect.type === "close.world" && effect.dial === world?.dial);
        if (world?.isLive && isClosed && after.world?.dial === world.dial)
          expect(after.world.isLive).toBe(false);

        // Nothing is redeemed but with the pack that was told last.
        const { travel } = page.journey;
        if (travel?.phase === "redeeming") expect(travel.lease.ready).toBe(travel.lease.pack.sha256);
        expect(page.journey.asked.size).toBeLessThanOrEqual(askedMost);

        // Every number is new.
        const dials = page.all.flatMap((effect) =>
          effect.type.startsWith("dial.") && "dial" in effect ? [effect.dial] : [],
        );
        expect(new Set(dials).size).toBe(dials.length);

        // Nothing is said on a socket that is not up; after a halt nothing is done by itself.
        if (control.phase === "halted" && after.control.phase === "halted") expect(asked).toEqual([]);
        if (after.control.phase === "halted") expect(wakeAt(after)).toBeUndefined();
        expect(page.shown.state === "rejected").toBe(page.journey.control.phase === "halted");
      }
    }),
    { numRuns: 300 },
  );
});
