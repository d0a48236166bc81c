import { afterAll, describe, expect, test } from "vitest";
import { Cells } from "../testing.ts";
import { type Channel, channel } from "./channel.ts";

const cells = new Cells(channel);
afterAll(() => expect(cells.missing).toEqual([]));

const self = "channel:all";
const from = "session:a";
const say = (text: string) => ({ type: "say", session: from, player: "player:a", name: "Ada", text, re: 1 });

describe("channel", () => {
  test("everybody hears a line under the name the master knows", () => {
    const { said } = cells.take<Channel>(undefined, say("hello"), { self, from });
    expect(said).toContainEqual({
      to: "audience:all",
      type: "chat.line",
      line: 1,
      name: "Ada",
      text: "hello",
    });
  });

  test("a line is at most 200 long, has no controls and no direction overrides", () => {
    const heard = (text: string) =>
      cells.take<Channel>(undefined, say(text), { self, from }).said.at(-1)?.["text"];
    expect(heard("x".repeat(300))).toHaveLength(200);
    expect(heard("a\u0000b\u202Ec\nd")).toBe("a b c d");
    expect(heard(`${"x".repeat(199)}😀`)).toBe("x".repeat(199));
  });

  test("a line is shown over the talker's head too, as it is heard, and only if it is", () => {
    const avatar = { launch: "launch:hub", admission: "a1" };
    const shown = (text: string, state?: Channel) =>
      cells
        .take<Channel>(state, { ...say(text), avatar }, { self, from })
        .said.filter(({ to }) => to === "launch:hub");
    expect(shown(" a\u202Eb ")).toEqual([{ to: "launch:hub", type: "bubble", admission: "a1", text: "a b" }]);
    expect(shown(" ")).toEqual([]);
    expect(shown("x", { phase: "open", lines: 10, talkers: { [from]: Array(10).fill(0) } })).toEqual([]);
  });

  test("nothing to say is refused", () => {
    expect(cells.take<Channel>(undefined, say(" \n\u200E "), { self, from }).said).toMatchObject([
      { to: "player:a", type: "denied", reason: "chat_empty" },
    ]);
  });

  test("the eleventh line within three seconds is heard by nobody, and the talker is told", () => {
    let state: Channel | undefined;
    for (let line = 0; line < 10; line++)
      state = cells.take<Channel>(state, say("x"), { self, from, now: line }).state;
    const over = cells.take<Channel>(state, say("x"), { self, from, now: 2999 });
    expect(over.said).toMatchObject([{ to: "player:a", type: "denied", reason: "chat_rate" }]);
    expect(over.state).toBe(state);
    expect(cells.take<Channel>(state, say("x"), { self, from, now: 3001 }).said.at(-1)).toMatchObject({
      type: "chat.line",
      line: 11,
    });
  });

  test("forgets who left", () => {
    const { state } = cells.take<Channel>(undefined, say("x"), { self, from });
    const after = cells.take<Channel>(state, { type: "forget", session: from }, { self, from }).state;
    expect(after?.talkers).toEqual({});
    expect(cells.take<Channel>(after, { type: "forget", session: from }, { self, from }).state).toBe(after);
  });
});
