import { expect, it } from "vitest";
import type { ToClient } from "#shared/protocol/client-master.ts";
import { eventsOf, type ClientEvent } from "./events.ts";
import type { JourneyInput } from "./journey-state.ts";
import { lease, Traveller } from "./journey-testing.ts";

/** A page somebody watches. */
class Watched extends Traveller {
  readonly seen: ClientEvent[] = [];

  override take(input: JourneyInput): this {
    const before = this.journey;
    super.take(input);
    this.seen.push(...eventsOf(before, input, this.journey, this.effects));
    return this;
  }

  /** What was seen since the last look. */
  get news(): ClientEvent[] {
    return this.seen.splice(0);
  }
}

const inHub = (): Watched => {
  const page = new Watched().open().welcome().travel("t1").arrived("t1");
  expect(page.news).toEqual([
    { type: "control.up", session: "s1", isResumed: false },
    { type: "arrived", world: "hub", lease: "t1", cause: "portal" },
  ]);
  return page;
};

it("tells of a control socket that is lost and resumed, and of nothing else", () => {
  const page = inHub().lose();
  expect(page.news).toEqual([{ type: "control.lost", code: 1006 }]);
  page.pass(1000).open().welcome({ resumed: true });
  expect(page.news).toEqual([{ type: "control.up", session: "s1", isResumed: true }]);
});

it("tells dials that fail from connections that are lost", () => {
  const page = new Watched().lose().pass(1000).open().lose();
  expect(page.news).toEqual([]);
});

it("tells with which code the world on screen closed, and what the master says of it", () => {
  const page = inHub();
  const { dial } = page.last("dial.world");
  page.take({ type: "world.closed", dial: dial + 50, code: 1006 });
  expect(page.news).toEqual([]);
  page.take({ type: "world.closed", dial, code: 1006 });
  page.hear({ type: "world.lost", world: "hub", reason: "crashed" });
  expect(page.news).toEqual([
    { type: "world.closed", world: "hub", code: 1006, isShown: true },
    { type: "world.lost", world: "hub", reason: "crashed" },
  ]);
});

it("tells of a second world socket that did not lead anywhere, and why", () => {
  const page = inHub().hear(lease("t2", "left_world")).packReady().ticket("t2", "left_world");
  page.take({ type: "world.closed", dial: page.last("dial.world").dial, code: 4010 });
  page.hear({ type: "denied", lease: "t2", reason: "world_full", final: true });
  expect(page.news).toEqual([
    { type: "world.closed", world: "left_world", code: 4010, isShown: false },
    { type: "problem", about: "travel", reason: "world_full" },
  ]);
});

it("tells every chat line once", () => {
  const page = inHub();
  const line = { type: "chat.line", line: 1, name: "Ada", text: "hello" } as ToClient;
  page.hear(line).hear(line);
  page.lose().pass(1000).open();
  page.welcome({ resumed: true, chat: [{ line: 1, name: "Ada", text: "hello" }] });
  expect(page.news.filter(({ type }) => type === "chat")).toEqual([
    { type: "chat", name: "Ada", text: "hello" },
  ]);
});

it("tells of a world that will be emptied", () => {
  const page = inHub().hear({ type: "notice", notice: "world_draining", world: "hub", inMs: 60_000 });
  expect(page.news).toEqual([{ type: "draining", world: "hub", inMs: 60_000 }]);
});
