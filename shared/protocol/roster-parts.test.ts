import * as fc from "fast-check";
import { expect, test } from "vitest";
import { limits } from "../limits.ts";
import { encode } from "./frame.ts";
import { fromLaunch } from "./launch-master.ts";
import type { FromLaunch, LaunchFrame, Roster } from "./launch-master.ts";
import { RosterParts, RosterWhole } from "./roster-parts.ts";

const insider = (n: number): Roster["inside"][number] => ({
  admission: `a${n}`,
  session: `s${n}`,
  active: n % 2 === 0,
});
const rosterOf = (inside: number, expected: number): Roster => ({
  inside: Array.from({ length: inside }, (_, n) => insider(n)),
  expected: Array.from({ length: expected }, (_, n) => `e${n}`),
});
const heartbeat = (roster: Roster): FromLaunch => ({ type: "heartbeat", roster });
const register = (roster: Roster): FromLaunch => ({
  type: "register",
  launch: "l1",
  token: "t".repeat(43),
  world: "hub",
  version: "0.1",
  protocol: 1,
  pid: 1,
  endpoint: { port: 4000 },
  roster,
});
const left: FromLaunch = {
  type: "left",
  admission: "a1",
  seq: 1,
  place: { world: "hub", x: 1, y: 2, facing: 0 },
};

const rosters = fc
  .tuple(fc.integer({ min: 0, max: 1500 }), fc.integer({ min: 0, max: 700 }))
  .map(([inside, expected]) => rosterOf(inside, expected));

test("whatever rosters a launch reports, the master has the same ones, whole and in order", () => {
  const messages = fc.array(fc.oneof(rosters.map(heartbeat), rosters.map(register), fc.constant(left)), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(rosters, messages, (first, rest) => {
      const [parts, whole] = [new RosterParts(), new RosterWhole()];
      const said = [register(first), ...rest, ...rest.slice(-1)];
      const heard = said
        .flatMap((message) => parts.framesOf(message))
        .map((frame) => whole.take(fromLaunch.parse(JSON.parse(encode(frame, limits.launchFrameBytes)))))
        .filter((message) => message !== "waiting");
      expect(heard).toEqual(said);
    }),
    { numRuns: 40 },
  );
});

test("a roster that says what the last one said leaves as a word; a new connection hears it all again", () => {
  const parts = new RosterParts();
  const message = heartbeat(rosterOf(600, 0));
  expect(parts.framesOf(message).map(({ type }) => type)).toEqual([
    "heartbeat",
    "roster.part",
    "roster.part",
  ]);
  expect(parts.framesOf(message)).toEqual([{ type: "heartbeat" }]);
  expect(parts.framesOf(register(rosterOf(600, 0)))).toHaveLength(3);
  expect(parts.framesOf(message)).toEqual([{ type: "heartbeat" }]);
});

test("the fullest world with the longest ids fits its frames", () => {
  const long = "a".repeat(64);
  const inside = { admission: long, session: long, active: false, hold: long };
  const fullest: Roster = {
    inside: Array.from({ length: 2 * limits.worldPlayers }, () => inside),
    expected: Array.from({ length: limits.worldPlayers }, () => long),
  };
  const endpoint = { socket: "/".repeat(256) };
  for (const frame of new RosterParts().framesOf({ ...register(fullest), endpoint } as FromLaunch))
    expect(fromLaunch.safeParse(JSON.parse(encode(frame, limits.launchFrameBytes))).success).toBe(true);
});

test("half a roster decides nothing, and a part nobody waits for is not taken", () => {
  const frames = new RosterParts().framesOf(register(rosterOf(600, 0)));
  const whole = new RosterWhole();
  expect(frames.slice(0, -1).map((frame) => whole.take(frame))).toEqual(["waiting", "waiting"]);
  expect(whole.take(left as LaunchFrame)).toBe("astray");
  const part = frames.at(-1) as LaunchFrame;
  expect(new RosterWhole().take(part)).toBe("astray");
  expect(new RosterWhole().take({ type: "heartbeat" })).toBe("astray");
});
