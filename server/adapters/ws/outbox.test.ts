import { array, assert, constant, oneof, property } from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import type { Push } from "#shared/protocol/client-master.ts";
import { HandClock } from "../hand-clock.ts";
import { Outboxes } from "./outbox.ts";

const line = (n: number): Push => ({ type: "chat.line", line: n, name: "Ada", text: `line ${n}` });
const ok = (re: number): Push => ({ type: "ok", re });

class Ear {
  readonly heard: { seq: number; type: string }[] = [];
  send(frame: string): void {
    this.heard.push(JSON.parse(frame) as { seq: number; type: string });
  }
  get seqs(): number[] {
    return this.heard.map(({ seq }) => seq);
  }
}

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
    expect(missed.map((frame) => (JSON.parse(frame) as { seq: number }).seq)).toEqual([2, 3]);
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

  test("whenever a resume is complete, nothing was lost and nothing came twice", () => {
    const step = oneof(constant("push"), constant("broadcast"), constant("other"), constant("wait"));
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
        const { complete, missed } = all.resume("a", { epoch: "e", seq: last });
        const got = [...ear.seqs, ...missed.map((frame) => (JSON.parse(frame) as { seq: number }).seq)];
        if (complete) expect(got).toEqual(sent);
      }),
    );
  });
});
