import { expect, test } from "vitest";
import type { MachineSet } from "#core/machines.ts";
import { settled, TestCluster } from "#engine/testing.ts";
import type { Address } from "#shared/address.ts";
import { HandClock } from "../hand-clock.ts";
import { SaveWindow } from "./save-window.ts";

/** A launch that keeps what it was told last. */
const set = {
  launch: {
    tier: "runtime",
    table: {
      absent: { saves: (_: undefined, { saves }: { saves: unknown }) => ({ phase: "running", saves }) },
      running: { saves: (_: object, { saves }: { saves: unknown }) => ({ phase: "running", saves }) },
    },
  },
} as unknown as MachineSet;

const place = (x: number) => ({ world: "hub", x, y: 0, facing: 0 });
const launches: Address<"launch">[] = ["launch:a", "launch:b", "launch:c"];

test("the saves of a window are one transaction, of all launches together, each player's newest only", async () => {
  const clock = new HandClock();
  const cluster = new TestCluster({}, set);
  const window = new SaveWindow(250, clock, (from, to, body) => cluster.engine.tell(from, to, body));
  for (const launch of launches)
    for (const seq of [1, 3, 2])
      window.add(`launch-link:${launch}`, launch, [{ admission: "t1", seq, place: place(seq) }]);
  clock.advance(249);
  await settled();
  expect(cluster.store.commits).toBe(0);
  clock.advance(1);
  await settled();
  expect(cluster.store.commits).toBe(1);
  for (const launch of launches)
    expect(cluster.state(launch)).toMatchObject({ saves: [{ admission: "t1", seq: 3, place: place(3) }] });
});
