import { array, assert, constant, constantFrom, oneof, property, record } from "fast-check";
import { expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { HandClock } from "../hand-clock.ts";
import { Outboxes } from "./outbox.ts";
import { Ear, line, ok, seqIn } from "./testing-outbox.ts";

/** One session: the connection it has, and what it has heard over all its connections. */
class Listener {
  readonly session: string;
  /** Said to it before it came, and not numbered yet. */
  early = 0;
  /** What was said to it, or to everybody while it was there. */
  readonly due: number[] = [];
  readonly heard: number[] = [];
  /** The newest push it knows of, which a first welcome tells it. */
  #last: number | undefined;
  ear: Ear | undefined;

  constructor(session: string) {
    this.session = session;
  }

  get isKnown(): boolean {
    return this.#last !== undefined;
  }

  attach(all: Outboxes): void {
    if (this.ear) return;
    const since = this.#last === undefined ? undefined : { epoch: "e", seq: this.#last };
    const { missed, complete, seq } = all.resume(this.session, since);
    expect(complete).toBe(true);
    this.#last = seq;
    this.#hear(missed.map(seqIn));
    this.ear = new Ear();
    all.attach(this.session, this.ear);
  }

  /** The connection drops: what was written to it so far had arrived. */
  detach(all: Outboxes): void {
    if (!this.ear) return;
    all.detach(this.session, this.ear);
    this.#hear(this.ear.seqs);
    this.ear = undefined;
  }

  #hear(seqs: readonly number[]): void {
    this.heard.push(...seqs);
    this.#last = seqs.at(-1) ?? this.#last;
  }
}

const names = ["a", "b", "c"] as const;
const who = constantFrom(...names);
const action = oneof(
  { weight: 4, arbitrary: record({ type: constant("broadcast") }) },
  { weight: 2, arbitrary: record({ type: constant("push"), who }) },
  { weight: 2, arbitrary: record({ type: constant("attach"), who }) },
  { weight: 1, arbitrary: record({ type: constant("detach"), who }) },
  { weight: 2, arbitrary: record({ type: constant("wait"), ms: constantFrom(1, 3, 5, 20) }) },
);

/** Everything a listener may live through, and what was said meanwhile. */
class Story {
  readonly #clock = new HandClock();
  readonly #all = new Outboxes("e", limits, this.#clock);
  readonly #of = new Map(names.map((name) => [name, new Listener(name)] as const));
  #seq = 0;
  resumed = 0;

  get listeners(): Listener[] {
    return [...this.#of.values()].filter(({ isKnown }) => isKnown);
  }

  play(step: { type: string; who?: (typeof names)[number]; ms?: number }): void {
    const listener = this.#of.get(step.who ?? "a") as Listener;
    if (step.type === "wait") this.#clock.advance(step.ms ?? 0);
    else if (step.type === "broadcast") this.#broadcast();
    else if (step.type === "push") this.#push(listener);
    else if (step.type === "detach") listener.detach(this.#all);
    else {
      if (listener.isKnown && !listener.ear) this.resumed++;
      for (; listener.early > 0; listener.early--) listener.due.push(++this.#seq);
      listener.attach(this.#all);
    }
  }

  /** Everybody comes back once more, and the last window closes. */
  end(): void {
    this.#clock.advance(5);
    for (const listener of this.listeners) {
      listener.attach(this.#all);
      listener.detach(this.#all);
    }
  }

  #broadcast(): void {
    this.#all.broadcast(line(1));
    this.#seq++;
    for (const { due } of this.listeners) due.push(this.#seq);
  }

  #push(listener: Listener): void {
    this.#all.push(listener.session, ok(1));
    if (listener.isKnown) listener.due.push(++this.#seq);
    else listener.early++;
  }
}

test("however pushes, drops and resumes interleave, every listener hears everything once and in order", () => {
  let [joined, resumed] = [0, 0];
  assert(
    property(array(action, { minLength: 5, maxLength: 40, size: "max" }), (steps) => {
      const story = new Story();
      for (const step of steps) story.play(step);
      const writes = story.listeners.flatMap(({ ear }) => ear?.writes ?? []);
      joined += writes.filter(({ length }) => length > 1).length;
      resumed += story.resumed;
      story.end();
      for (const { heard, due } of story.listeners) expect(heard).toEqual(due);
    }),
    { numRuns: 500 },
  );
  expect(Math.min(joined, resumed)).toBeGreaterThan(100);
});
