import { describe, expect, it } from "vitest";
import { LineWatch } from "./line-watch.ts";

function watched(): { watch: LineWatch; asked: number[] } {
  const asked: number[] = [];
  return { watch: new LineWatch((id) => asked.push(id)), asked };
}

describe("watching a line", () => {
  it("asks every two seconds and measures the round trip", () => {
    const { watch, asked } = watched();
    for (let now = 0; now <= 6000; now += 100) {
      expect(watch.isDead(now)).toBe(false);
      if (asked.length > 0) watch.answered(asked.at(-1) ?? 0, now + 30);
    }
    expect(asked).toHaveLength(4);
    expect(watch.ms).toBe(30);
  });

  it("is dead when nothing came back for eight seconds", () => {
    const { watch } = watched();
    watch.isDead(0);
    expect(watch.isDead(8000)).toBe(false);
    expect(watch.isDead(8001)).toBe(true);
  });

  it("asks anew instead of giving up when it was held up itself", () => {
    const { watch, asked } = watched();
    watch.isDead(0);
    expect(watch.isDead(60_000, true)).toBe(false);
    expect(asked).toHaveLength(2);
    expect(watch.isDead(60_100)).toBe(false);
    expect(watch.isDead(68_200)).toBe(true);
  });

  it("takes only answers to its own questions, and only the newest for a measurement", () => {
    const { watch, asked } = watched();
    watch.isDead(0);
    watch.isDead(5000, true);
    expect(watch.answered(7, 5010)).toBe(false);
    expect(watch.answered(asked[0] ?? 0, 5020)).toBe(true);
    expect(watch.ms).toBeUndefined();
    expect(watch.answered(asked[1] ?? 0, 5030)).toBe(true);
    expect(watch.ms).toBe(30);
  });
});
