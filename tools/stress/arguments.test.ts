import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";
import { PhaseFailed, Tally } from "./phases.ts";

const url = ["--url", "wss://play.example.org/"];

test("the page lies where the master does, unless it is said", () => {
  expect(readArguments(url)).toMatchObject({
    page: "https://play.example.org/",
    clients: 8,
    browsers: 0,
    gapMs: 250,
  });
  expect(readArguments([...url, "--page", "https://pages.example.org/game/"])).toMatchObject({
    page: "https://pages.example.org/game/",
  });
});

test.each([
  [[], /^--url is needed/],
  [["--url", "play.example.org"], /^--url is needed/],
  [[...url, "--page", "ftp://x"], /^--page is/],
  [[...url, "--clients", "1001"], /^--clients is "1001"/],
  [[...url, "--seconds", "soon"], /^--seconds is "soon"/],
  [[...url, "--clients", "0"], /^nobody is to play/],
  [[...url, "--fast"], /--fast/],
])("%j is refused", (argv, problem) => {
  expect(readArguments(argv)).toMatch(problem);
});

test("failures are counted by phase, with one example each, in the order of the phases", () => {
  const tally = new Tally();
  tally.failed("client 1", new Error("slow\nand more"), "travel");
  tally.failed("client 2", new PhaseFailed("hello", "server_full"), "connect");
  tally.failed("client 3", new Error("slower"), "travel");
  expect(tally.byPhase()).toEqual([
    { phase: "hello", count: 1, example: "client 2: server_full" },
    { phase: "travel", count: 2, example: "client 1: slow" },
  ]);
});

test("of journeys the share that took at most so long", () => {
  const tally = new Tally();
  expect(tally.journeyMs(0.5)).toBeUndefined();
  tally.journeysMs.push(40, 10, 30, 20);
  expect([0.5, 0.99].map((share) => tally.journeyMs(share))).toEqual([20, 40]);
});
