import { array, assert, constantFrom, integer, oneof, property, tuple, type Arbitrary } from "fast-check";
import { expect, test } from "vitest";
import { active, expected, Played, portal, shown } from "./door-testing.ts";
import type { DoorInput } from "./door-state.ts";

test("a ticket admits at most once, whatever happens in between", () => {
  const letter = constantFrom("a", "b", "c");
  const anything: Arbitrary<DoorInput | number> = oneof(
    letter.map((one) => expected(one)),
    tuple(letter, letter).map(([one, by]) => shown(one, `by-${by}`)),
    letter.map(active),
    letter.map((one) => ({ type: "depart", admission: one }) as const),
    letter.map((one) => ({ type: "kick", admission: one, reason: "removed" }) as const),
    letter.map((one) => ({ type: "revoke", admission: one }) as const),
    letter.map((one) => ({ type: "disconnect", connection: `by-${one}` }) as const),
    letter.map((one) => portal(`by-${one}`)),
    constantFrom<DoorInput>({ type: "wake" }, { type: "save" }, { type: "stop.prepare" }),
    integer({ min: 0, max: 12_000 }),
  );
  assert(
    property(array(anything, { maxLength: 60 }), (inputs) => {
      const played = new Played();
      const tickets = new Map<string, number>();
      const seqs = new Map<string, number>();
      for (const input of inputs) {
        if (typeof input === "number") {
          played.after(input);
          continue;
        }
        const before = played.door.expected;
        played.take(input);
        for (const [admission] of played.door.expected)
          if (!before.has(admission)) tickets.set(admission, (tickets.get(admission) ?? 0) + 1);
        for (const effect of played.effects) {
          if (effect.type === "place") {
            // Every admission has had its own word of the master, which it uses up.
            tickets.set(effect.admission, (tickets.get(effect.admission) ?? 0) - 1);
            expect(tickets.get(effect.admission)).toBeGreaterThanOrEqual(0);
            expect(before.get(effect.admission)?.expiresAt).toBeGreaterThan(played.now);
            seqs.delete(effect.admission);
          }
          if (effect.type !== "tell" || effect.message.type !== "saves") continue;
          for (const { admission, seq } of effect.message.saves) {
            expect(seq).toBeGreaterThan(seqs.get(admission) ?? 0);
            seqs.set(admission, seq);
          }
        }
        const connections = [...played.door.inside.values()].flatMap(({ connection }) => connection ?? []);
        expect(new Set(connections).size).toBe(connections.length);
        const open = [...played.door.expected.values()].filter(({ expiresAt }) => expiresAt > played.now);
        if (played.door.isShut) expect(open.length + played.door.inside.size).toBe(0);
      }
    }),
    { numRuns: 1000 },
  );
});
