import { expect, test } from "vitest";
import type { Link } from "#adapters/ws/link.ts";
import { groundOf } from "#shared/ground.ts";
import { limits } from "#shared/limits.ts";
import type { FromPlayer } from "#shared/protocol/client-world.ts";
import { Replica } from "#shared/protocol/replica.ts";
import { Audience } from "./audience.ts";
import { now } from "./clock.ts";
import { Log } from "./log.ts";
import { Player } from "./player.ts";
import { Simulation } from "./simulation.ts";
import { hall, hallWorld, payloadAt } from "./testing.ts";

test.each([
  ["whole", 1200],
  ["in part", 100],
])("a send that overtakes the one before tells nobody the same twice, in a world seen %s", (_, radius) => {
  const interest = { ...hallWorld.interest, radius };
  const simulation = new Simulation({ ...hallWorld, interest }, groundOf(hall), limits);
  const audience = new Audience(
    simulation,
    { sendMs: 50, radius },
    new Log({ format: "json", write: () => {} }),
  );
  const told: string[] = [];
  // More than are told before others get a turn.
  for (let index = 0; index < 150; index++) {
    const replica = new Replica(1);
    const link = {
      bufferedBytes: 0,
      sendFramed(buffer: Uint8Array, start: number, end: number): boolean {
        told.push(`${replica.apply(buffer.slice(payloadAt(buffer, start), end))} ${replica.tick}`);
        return true;
      },
    };
    const player = new Player(link as unknown as Link<FromPlayer>, limits.snapshotBufferedBytes);
    const name = `walker ${index}`;
    player.avatar = simulation.place(name, { name, guest: true }, { x: 80, y: 80, facing: 0 });
    simulation.activate(name);
    audience.add(player);
  }
  told.length = 0;
  for (let tick = 0; tick < 3; tick++) {
    simulation.advance();
    audience.tell(1, now());
  }
  const expected = [1, 2].flatMap((tick) => Array.from({ length: 150 }, () => `applied ${tick}`));
  expect(told.slice(0, 300)).toEqual(expected);
});
