import { expect, test } from "vitest";
import { worldManifest } from "./manifest.ts";
import { settingsOf, tickRates } from "./world-settings.ts";

const refusalsOf = (given: object): string[] => {
  const { error } = worldManifest.safeParse({ schema: 1, name: "Hub", ...given });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
};

test("a world that says nothing runs at 20 ticks and sends, and shows the nearest 250 within 1200 units", () => {
  expect(settingsOf({})).toEqual({
    capacity: 200,
    rates: { tickMs: 50, ticksPerSend: 1, commandsPerTick: 3 },
    interest: { radius: 1200, hysteresis: 100, most: 250, rings: [] },
    bytesPerSecond: 32_768,
  });
});

test("every rate takes whole commands a tick and, unless it is said, sends no more than 20 times a second", () => {
  const sends = tickRates.map((tickRate) => {
    const { commandsPerTick, ticksPerSend } = settingsOf({ tickRate }).rates;
    expect([commandsPerTick, ticksPerSend].every(Number.isInteger)).toBe(true);
    return tickRate / ticksPerSend;
  });
  expect(sends).toEqual([10, 12, 15, 20, 15, 20]);
  expect(settingsOf({ tickRate: 60, sendRate: 30 }).rates.ticksPerSend).toBe(2);
});

test("rings are those that are given, or two of the view's own size", () => {
  const rings = [{ beyond: 300, every: 3 }];
  expect(settingsOf({ interest: { rings } }).interest.rings).toBe(rings);
  expect(settingsOf({ interest: { radius: 400, rings: true } }).interest).toMatchObject({
    radius: 400,
    rings: [
      { beyond: 200, every: 2 },
      { beyond: 300, every: 4 },
    ],
  });
});

test("a manifest that asks for what no world can do is refused by field", () => {
  expect(refusalsOf({ capacity: 4096, tickRate: 30, sendRate: 10, interest: { hysteresis: 0 } })).toEqual([]);
  for (const [given, field] of [
    [{ capacity: 4097 }, "capacity: "],
    [{ tickRate: 25 }, "tickRate: "],
    [{ tickRate: 30, sendRate: 20 }, "sendRate: must divide tickRate"],
    [{ sendRate: 3 }, "sendRate: must divide tickRate"],
    [{ interest: { radius: 0 } }, "interest.radius: "],
    [{ interest: { most: 0 } }, "interest.most: "],
    [{ interest: { rings: [{ beyond: 100, every: 1 }] } }, "interest.rings"],
    [
      {
        interest: {
          rings: [
            { beyond: 9, every: 2 },
            { beyond: 9, every: 4 },
          ],
        },
      },
      "interest.rings: each ring must begin farther out than the one before",
    ],
    [{ interest: { far: 1 } }, "interest: "],
    [{ bytesPerSecond: 100 }, "bytesPerSecond: "],
  ] as const)
    expect(refusalsOf(given).join()).toContain(field);
});
