import { beforeEach, describe, expect, test, vi } from "vitest";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import { Tally } from "./tally.ts";
import { Trace } from "./trace.ts";
import { now } from "./wait.ts";
import { Watch } from "./watch.ts";

const sent = closeCodes.removed.code;
const lost = 1006;

let tally: Tally;
let watch: Watch;
beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  tally = new Tally();
  watch = new Watch(tally, true, new Trace());
});

const drop = (socket: string, code: number): void =>
  watch.dropped({ bot: Number.parseInt(socket, 10), at: now(), world: "hub", code, socket });

describe("a world socket that drops", () => {
  test("is a loss when nothing was done to it", () => {
    drop("3.1", lost);
    expect(tally.losses).toHaveLength(1);
  });

  test("is excused once by its own world's death, and nobody else's is", () => {
    watch.worldKilled(["3.1"]);
    drop("3.1", lost);
    expect(tally.lost).toBe(0);
    drop("4.2", lost);
    drop("3.1", lost);
    expect(tally.losses).toHaveLength(2);
  });

  test("soon after a master's end counts as the master's", () => {
    watch.masterKilled();
    drop("3.1", lost);
    expect(tally.worldSocketsDroppedByMasterKill).toBe(1);
  });

  test("is excused when its world sends its player after one that died", () => {
    watch.masterKilled();
    watch.worldKilled(["3.2"]);
    drop("3.1", sent);
    expect(tally.lost).toBe(0);
  });

  test.for([
    ["without a goodbye", "3.1", lost],
    ["of another player", "4.1", sent],
    ["newer than the one that died", "3.3", sent],
  ] as const)("is not excused by such a death: one %s", ([, socket, code]) => {
    watch.worldKilled(["3.2"]);
    drop(socket, code);
    expect(tally.losses).toHaveLength(1);
  });

  test("has no more excuse when its world got over what was done to it", () => {
    watch.doom(["3.2"]);
    watch.spare(["3.2"]);
    drop("3.2", lost);
    drop("3.1", sent);
    expect(tally.losses).toHaveLength(2);
  });
});

test("a recovery from a killed world is counted once the player is shown one again", () => {
  const status = { bot: 3, hasControl: true, isChanging: false, world: "hub", name: "a", isGuest: true };
  watch.worldKilled(["3.1"]);
  drop("3.1", lost);
  const at = now() + 100;
  watch.changed({ ...status, at: at - 50, isPlaying: false, prompt: undefined });
  expect(tally.worldMs).toHaveLength(0);
  watch.changed({ ...status, at, isPlaying: true, prompt: undefined });
  expect(tally.worldMs).toHaveLength(1);
  expect(tally.slowest.world[0]).toMatchObject({
    player: 3,
    steps: { playing: expect.any(Number) as number },
  });
});
