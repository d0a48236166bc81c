import { describe, expect, it } from "vitest";
import { BadArguments, parseBenchArguments, whyNotWritten } from "./arguments.ts";

describe("the bench's command line", () => {
  it("names nothing and means everything, three times", () => {
    expect(parseBenchArguments([])).toEqual({
      only: undefined,
      modes: undefined,
      systems: undefined,
      n: undefined,
      runs: 3,
      json: undefined,
      findsMost: false,
    });
  });

  it("narrows workloads, systems, modes, clients and runs, each in the bench's own order", () => {
    const line =
      "--only chat,world-move --n 800 --runs 1 --systems colyseus-view,portcade --mode all --json x.json --most";
    expect(parseBenchArguments(line.split(" "))).toEqual({
      only: ["world-move", "chat"],
      modes: ["all"],
      systems: ["portcade", "colyseus-view"],
      n: 800,
      runs: 1,
      json: "x.json",
      findsMost: true,
    });
  });

  it.each([
    ["--only", "fly", /there is no "fly"; there are world-move, chat/],
    ["--systems", "portcade,godot", /there is no "godot"; there are portcade, colyseus-view/],
    ["--mode", "", /there is no ""/],
    ["--n", "0", /"0" is not a number from 1/],
    ["--n", "1e3", /"1e3" is not a number/],
    ["--runs", "three", /"three" is not a number/],
    ["--json", "no/such/folder/x.json", /there is no folder for it/],
  ])("refuses %s %s with what there is", (option, value, message) => {
    expect(() => parseBenchArguments([option, value])).toThrow(message);
  });

  it.each([["--fast"], ["world-move"], ["--n"]])("refuses %s", (argument) => {
    expect(() => parseBenchArguments([argument])).toThrow(BadArguments);
  });

  it("writes the page for whole workloads of three runs and more only", () => {
    const why = (...args: string[]): string | undefined => whyNotWritten(parseBenchArguments(args));
    expect(why()).toBeUndefined();
    expect(why("--only", "chat", "--runs", "5")).toBeUndefined();
    expect(why("--runs", "2")).toMatch(/3 runs/);
    expect(why("--n", "800")).toMatch(/--n narrows/);
    expect(why("--systems", "portcade")).toMatch(/--systems narrows/);
    expect(why("--mode", "aoi")).toMatch(/--mode narrows/);
  });
});
