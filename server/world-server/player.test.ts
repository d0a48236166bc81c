import { expect, test } from "vitest";
import type { Link } from "#adapters/ws/link.ts";
import { groundOf } from "#shared/ground.ts";
import { limits } from "#shared/limits.ts";
import type { FromPlayer } from "#shared/protocol/client-world.ts";
import { decodeSnapshot } from "#shared/protocol/snapshot.ts";
import { Player } from "./player.ts";
import { Simulation } from "./simulation.ts";
import { hall } from "./testing.ts";

/** A link that sends nothing: what it was given, and how much it pretends to hold back. */
class Slow {
  bufferedBytes = 0;
  readonly frames: (string | Uint8Array)[] = [];

  send(frame: string | Uint8Array): void {
    this.frames.push(frame);
  }

  /** Everything sent since the last time. */
  take(): unknown[] {
    return this.frames
      .splice(0)
      .map((frame) => (typeof frame === "string" ? JSON.parse(frame) : decodeSnapshot(frame)));
  }
}

test("who lags is shown nothing, then the newest: nobody missed, nobody twice", () => {
  const simulation = new Simulation(hall, groundOf(hall), limits);
  const enter = (name: string): void => {
    simulation.place(name, { name, guest: false }, { x: 80, y: 80, facing: 0 });
    simulation.activate(name);
  };
  const slow = new Slow();
  const player = new Player(slow as unknown as Link<FromPlayer>, 100);
  enter("Ada");
  player.show(simulation, "Ada");
  expect(slow.take()).toMatchObject([
    { enter: [{ name: "Arcade Host" }, { name: "Ada" }] },
    { tick: 0, flags: 1 },
  ]);

  slow.bufferedBytes = 101;
  enter("Bob");
  enter("Cyd");
  simulation.advance();
  simulation.move("Ada", { x: 200, y: 80, facing: 0 });
  player.show(simulation, "Ada");
  simulation.remove("Bob");
  expect(slow.take()).toEqual([]);

  slow.bufferedBytes = 100;
  simulation.advance();
  player.show(simulation, "Ada");
  expect(slow.take()).toMatchObject([
    { type: "entities", enter: [{ name: "Cyd" }], leave: [] },
    // The jump happened while nothing was sent, so it is still told as one.
    { tick: 2, flags: 1, self: { x: 200 } },
  ]);

  simulation.remove("Cyd");
  player.show(simulation, "Ada");
  expect(slow.take()).toMatchObject([{ enter: [], leave: [4] }, { others: [{ id: 1 }] }]);
});
