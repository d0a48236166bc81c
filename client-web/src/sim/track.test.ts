import { describe, expect, it } from "vitest";
import { limits } from "#shared/limits.ts";
import { Track } from "./track.ts";

const sendMs = 50;
const speed = limits.playerSpeedUnits / 1000;
const frameMs = 10;

/** Shows a track `delayMs` behind while it is told, send by send, that it stands at `placeAt`. Units per frame. */
function stepsOf(placeAt: (send: number) => number, delayMs: number, sends = 100): number[] {
  const track = new Track();
  const xs: number[] = [];
  for (let send = 0; send < sends; send++)
    for (let now = send * sendMs; now < (send + 1) * sendMs; now += frameMs) {
      if (now === send * sendMs)
        track.tell({ x: placeAt(send), y: 0, facing: 2 }, now, false, now - frameMs - delayMs);
      const { x } = track.at(now - delayMs, now);
      if (send > 20) xs.push(x);
    }
  return xs.slice(1).map((x, index) => x - (xs[index] ?? 0));
}

const walk = (send: number): number => send * sendMs * speed;
/** From send 60 on nothing came from the walker for `sends`, then all of it at once. */
const heldUp =
  (sends: number) =>
  (send: number): number =>
    send >= 60 && send < 60 + sends ? walk(59) : walk(send);

describe("track", () => {
  it("shows a walk whose commands were held up as the walk it was, as far as it has not been shown", () => {
    for (const sends of [1, 2, 3, 4]) {
      const steps = stepsOf(heldUp(sends), 250);
      expect(Math.min(...steps)).toBeCloseTo(frameMs * speed, 3);
      expect(Math.max(...steps)).toBeCloseTo(frameMs * speed, 3);
    }
    const late = stepsOf(heldUp(4), 100);
    expect(late.filter((step) => step === 0).length * frameMs).toBeLessThan(200);
  });

  it("shows a stop as a stop, and a start no earlier than it was", () => {
    const stop = (send: number): number => (send < 60 ? walk(60) : walk(Math.max(60, send - 10)));
    const steps = stepsOf(stop, 250);
    const still = steps.filter((step) => step === 0).length * frameMs;
    expect(still).toBeGreaterThanOrEqual(38 * sendMs);
    expect(Math.max(...steps)).toBeLessThan(frameMs * speed * 1.01);
  });

  it("does not go on at the pace of one who was catching up", () => {
    const track = new Track();
    track.tell({ x: 0, y: 0, facing: 2 }, 0, false, 0);
    track.tell({ x: 45, y: 0, facing: 2 }, 50, false, 0);
    expect(track.at(50, 50).x).toBe(45);
    expect(track.at(500, 500).x).toBeCloseTo(45 + 250 * speed, 6);
  });
});
