import { array, assert, constant, oneof, property } from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { HandClock } from "../hand-clock.ts";
import { Outboxes } from "./outbox.ts";
import { Ear, line, ok, seqIn } from "./testing-outbox.ts";

describe("outboxes", () => {
  let clock: HandClock;
  let outboxes: Outboxes;
  beforeEach(() => {
    clock = new HandClock();
    outboxes = new Outboxes("e1", { ...limits, pushBufferCount: 4 }, clock);
  });

  test("a push reaches its own session only, a broadcast everybody, under one growing number", () => {
    const [ada, bob] = [new Ear(), new Ear()];
    outboxes.attach("a", ada);
    outboxes.attach("b", bob);
    outboxes.push("a", ok(1));
    outboxes.broadcast(line(1));
    outboxes.push("b", ok(2));
    outboxes.push("nobody", ok(3));
    expect(ada.seqs).toEqual([1, 2]);
    expect(bob.seqs).toEqual([2, 3]);
  });

  test("what a dropped connection missed is replayed in order", () => {
    const ear = new Ear();
    outboxes.attach("a", ear);
    outboxes.push("a", ok(1));
    outboxes.detach("a", ear);
    outboxes.push("a", ok(2));
    outboxes.broadcast(line(1));
    const { seq, complete, missed } = outboxes.resume("a", { epoch: "e1", seq: 1 });
    expect({ seq, complete }).toEqual({ seq: 1, complete: true });
    expect(missed.map(seqIn)).toEqual([2, 3]);
  });

  test("what is said to a session a moment before its connection is known follows the welcome", () => {
    for (const [session, since, complete] of [
      ["a", undefined, true],
      ["b", { epoch: "e0", seq: 9 }, false],
    ] as const) {
      outboxes.push(session, ok(7));
      clock.advance(600);
      outboxes.push(session, ok(8));
      outboxes.push(session, ok(9));
      clock.advance(600);
      outboxes.broadcast(line(1));
      const { missed, ...rest } = outboxes.resume(session, since);
      const seq = session === "a" ? 1 : 4;
      expect(rest).toEqual({ seq, complete });
      expect(missed.map((text) => JSON.parse(text) as object)).toMatchObject([
        { re: 8, seq: seq + 1 },
        { re: 9, seq: seq + 2 },
      ]);
      outboxes.attach(session, new Ear());
      expect(outboxes.resume(session, undefined)).toMatchObject({ seq: seq + 2, missed: [] });
    }
    for (const n of [1, 2, 3, 4, 5, 6]) outboxes.push("c", ok(n));
    expect(outboxes.resume("c", undefined).missed).toHaveLength(4);
    outboxes.push("d", ok(1));
    clock.advance(1000);
    expect(outboxes.resume("d", undefined).missed).toEqual([]);
  });

  test("a connection that ends after its successor came takes nothing away", () => {
    const [old, fresh] = [new Ear(), new Ear()];
    outboxes.attach("a", old);
    outboxes.attach("a", fresh);
    outboxes.detach("a", old);
    clock.advance(limits.detachGraceMs * 2);
    outboxes.push("a", ok(1));
    expect([old.seqs, fresh.seqs]).toEqual([[], [1]]);
  });

  test.each([
    [
      "too many came since",
      () => [1, 2, 3, 4, 5].forEach((n) => outboxes.push("a", ok(n))),
      { epoch: "e1", seq: 0 },
    ],
    [
      "they are too old",
      () => {
        outboxes.push("a", ok(1));
        clock.advance(limits.pushBufferMs + 1);
      },
      { epoch: "e1", seq: 0 },
    ],
    ["the master is another one", () => outboxes.push("a", ok(1)), { epoch: "e0", seq: 0 }],
    ["the number was never given", () => outboxes.push("a", ok(1)), { epoch: "e1", seq: 7 }],
  ])("a resume is not complete when %s", (_, happen, since) => {
    outboxes.attach("a", new Ear());
    happen();
    expect(outboxes.resume("a", since)).toMatchObject({ complete: false, missed: [] });
  });

  test("a resume is not complete when the session's pushes were dropped for good", () => {
    const ear = new Ear();
    outboxes.attach("a", ear);
    outboxes.push("a", ok(1));
    outboxes.detach("a", ear);
    clock.advance(limits.detachGraceMs + 1);
    expect(outboxes.resume("a", { epoch: "e1", seq: 1 }).complete).toBe(false);
  });

  test("a newcomer misses nothing and is greeted with the last lines", () => {
    for (let n = 1; n <= limits.chatHistory + 2; n++) outboxes.broadcast(line(n));
    expect(outboxes.resume("a", undefined)).toMatchObject({
      complete: true,
      missed: [],
      seq: limits.chatHistory + 2,
    });
    expect(outboxes.chat).toHaveLength(limits.chatHistory);
    expect(outboxes.chat[0]).toEqual({ line: 3, name: "Ada", text: "line 3" });
  });

  test("what everybody hears leaves at once when it is quiet, and in one write with what follows when it is not", () => {
    const ear = new Ear();
    outboxes.attach("a", ear);
    for (let n = 1; n <= 3; n++) outboxes.broadcast(line(n));
    expect(ear.writes).toEqual([[1]]);
    clock.advance(5);
    expect(ear.writes).toEqual([[1], [2, 3]]);
    clock.advance(5);
    outboxes.broadcast(line(4));
    expect(ear.writes).toEqual([[1], [2, 3], [4]]);
  });

  test("what is said to one session never waits, and comes after what was said before it", () => {
    const [ada, bob] = [new Ear(), new Ear()];
    outboxes.attach("a", ada);
    outboxes.attach("b", bob);
    for (let n = 1; n <= 3; n++) outboxes.broadcast(line(n));
    outboxes.push("a", ok(1));
    outboxes.broadcast(line(4));
    expect(ada.writes).toEqual([[1], [2, 3, 4]]);
    clock.advance(5);
    expect(ada.writes).toEqual([[1], [2, 3, 4], [5]]);
    expect(bob.writes).toEqual([[1], [2, 3, 5]]);
  });

  test("nothing that was said before the welcome follows it", () => {
    const [ada, bob] = [new Ear(), new Ear()];
    outboxes.attach("a", ada);
    outboxes.broadcast(line(1));
    outboxes.broadcast(line(2));
    expect(outboxes.resume("b", undefined).seq).toBe(2);
    outboxes.attach("b", bob);
    outboxes.broadcast(line(3));
    clock.advance(5);
    expect([ada.seqs, bob.seqs]).toEqual([[1, 2, 3], [3]]);
  });

  test("a flush leaves nothing to wait for", () => {
    const ear = new Ear();
    outboxes.attach("a", ear);
    outboxes.broadcast(line(1));
    outboxes.broadcast(line(2));
    outboxes.flush();
    expect(ear.seqs).toEqual([1, 2]);
  });
});

test("whenever a resume is complete, nothing was lost and nothing came twice", () => {
  const step = oneof(constant("push"), constant("broadcast"), constant("other"), constant("wait"));
  let [complete, incomplete] = [0, 0];
  assert(
    property(array(step, { maxLength: 12 }), array(step, { maxLength: 12 }), (before, during) => {
      const time = new HandClock();
      const all = new Outboxes("e", { ...limits, pushBufferCount: 6 }, time);
      const [sent, ear] = [[] as number[], new Ear()];
      let seq = 0;
      all.attach("a", ear);
      all.attach("b", new Ear());
      const play = (steps: readonly string[]) => {
        for (const name of steps) {
          if (name === "wait") time.advance(20_000);
          else {
            seq++;
            if (name !== "other") sent.push(seq);
            if (name === "broadcast") all.broadcast(line(1));
            else all.push(name === "push" ? "a" : "b", ok(1));
          }
        }
      };
      play(before);
      all.detach("a", ear);
      const last = ear.seqs.at(-1) ?? 0;
      play(during);
      const resumption = all.resume("a", { epoch: "e", seq: last });
      if (!resumption.complete) return void incomplete++;
      complete++;
      expect([...ear.seqs, ...resumption.missed.map(seqIn)]).toEqual(sent);
    }),
    { numRuns: 500 },
  );
  expect(Math.min(complete, incomplete)).toBeGreaterThan(5);
});
