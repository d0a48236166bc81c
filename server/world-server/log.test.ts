import { expect, test } from "vitest";
import { Log, marker } from "./log.ts";

function logTo(format: "json" | "text", level = "info"): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const log = new Log({ format, write: (line) => void lines.push(line) });
  log.identify("hub", "l1", level);
  return { log, lines };
}

test("a JSON line says when, how grave, what and whose", () => {
  const { log, lines } = logTo("json");
  log.info("world.registered", marker("WORLD_REGISTERED", { key: "hub" }));
  expect(lines[0]?.endsWith("}\n")).toBe(true);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
    level: "info",
    event: "world.registered",
    world: "hub",
    launch: "l1",
    msg: "WORLD_REGISTERED key=hub",
  });
});

test("a text line stays one line, whatever is in it", () => {
  const { log, lines } = logTo("text");
  log.error("rules.failed", "first\nsecond\r\u001b[31mred\u2028third");
  expect(lines[0]).toMatch(/^\S+Z \[hub\] first\\nsecond\\r\\u001b\[31mred third\n$/);
});

test("what is below the level is not written; an unknown level changes nothing", () => {
  const { log, lines } = logTo("json", "warn");
  log.info("world.ready");
  expect(lines).toEqual([]);
  log.identify("hub", "l1", "loud");
  log.warn("gateway.portTaken", "taken");
  expect(lines).toHaveLength(1);
});

test("a terminal is spared the figures that programs read", () => {
  const lines: string[] = [];
  for (const isTerminal of [true, false]) {
    const log = new Log({ format: "text", isTerminal, write: (line) => void lines.push(line) });
    log.info("perf.sampled", "PERF_SAMPLE a=1");
    log.info("world.ready", "WORLD_READY");
  }
  expect(lines.map((line) => line.split(" ").at(2)?.trim())).toEqual([
    "WORLD_READY",
    "PERF_SAMPLE",
    "WORLD_READY",
  ]);
});

test("a marker has no space inside a value", () => {
  expect(marker("WORLD_READY", { key: "hub", scene: "a b\nc", port: 0, none: undefined })).toBe(
    "WORLD_READY key=hub scene=a_b_c port=0 none=",
  );
});
