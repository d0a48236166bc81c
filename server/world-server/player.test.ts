import { expect, test } from "vitest";
import type { Link } from "#adapters/ws/link.ts";
import { groundOf } from "#shared/ground.ts";
import { limits } from "#shared/limits.ts";
import type { FromPlayer } from "#shared/protocol/client-world.ts";
import { encodeCommands } from "#shared/protocol/commands.ts";
import { Replica } from "#shared/protocol/replica.ts";
import { flag } from "#shared/protocol/snapshot-layout.ts";
import { Player } from "./player.ts";
import { FrameBytes } from "./replication/frame-bytes.ts";
import { Simulation } from "./simulation.ts";
import { hall, hallWorld, payloadAt, show } from "./testing.ts";

/** A link that applies what it is sent, and pretends to hold back some bytes. */
class Slow {
  bufferedBytes = 0;
  /** Whether what is sent adds to that. */
  counts = false;
  /** Whether what is sent leaves at once. */
  isFast = true;
  readonly replica = new Replica(1);
  readonly applied: string[] = [];
  readonly kept: Uint8Array[] = [];
  /** How many whole states came. */
  fulls = 0;

  sendFramed(buffer: Uint8Array, start: number, end: number): boolean {
    this.applied.push(this.replica.apply(buffer.slice(payloadAt(buffer, start), end)));
    this.fulls += (buffer[payloadAt(buffer, start) + 1] ?? 0) & flag.full;
    if (this.counts) this.bufferedBytes += end - start;
    if (!this.isFast) this.kept.push(buffer);
    return this.isFast;
  }

  names(): string[] {
    return [...this.replica.seen.values()].map(({ looks }) => looks.name).toSorted();
  }
}

const right = { dx: 127, dy: 0, buttons: 0 };

function hallWithWatcher(lagBytes = 100, radius = hallWorld.interest.radius) {
  const interest = { ...hallWorld.interest, radius };
  const simulation = new Simulation({ ...hallWorld, interest }, groundOf(hall), limits);
  const enter = (name: string): void => {
    simulation.place(name, { name, guest: false }, { x: 80, y: 80, facing: 0 });
    simulation.activate(name);
  };
  const link = new Slow();
  const player = new Player(link as unknown as Link<FromPlayer>, lagBytes);
  enter("Ada");
  player.avatar = simulation.avatarOf("Ada");
  player.watch(simulation);
  const frame = new FrameBytes();
  const tick = (): boolean => {
    simulation.advance();
    simulation.publish();
    return show(player, simulation, frame);
  };
  return { simulation, enter, link, player, frame, tick };
}

test("who lags is shown nothing, then the newest: nobody missed, nobody twice", () => {
  const { simulation, enter, link, tick } = hallWithWatcher();
  expect(tick()).toBe(true);
  expect(link.names()).toEqual(["Ada", "Arcade Host"]);

  link.bufferedBytes = 101;
  enter("Bob");
  enter("Cyd");
  simulation.move("Ada", { x: 200, y: 80, facing: 0 });
  expect(tick()).toBe(false);
  simulation.remove("Bob");
  expect(link.applied).toEqual(["applied"]);

  link.bufferedBytes = 26;
  expect(tick()).toBe(false);
  link.bufferedBytes = 25;
  expect(tick()).toBe(true);
  expect(link.names()).toEqual(["Ada", "Arcade Host", "Cyd"]);
  // The jump happened while nothing was sent, so it is still told as one.
  expect(link.replica).toMatchObject({ tick: 4, wasSet: true, self: { x: 200 } });

  simulation.remove("Cyd");
  tick();
  expect(link.names()).toEqual(["Ada", "Arcade Host"]);
  expect(new Set(link.applied)).toEqual(new Set(["applied"]));
});

test("a buffer that has not left yet is not written again", () => {
  const { link, tick, frame } = hallWithWatcher();
  link.isFast = false;
  tick();
  tick();
  expect(link.kept[0]).not.toBe(link.kept[1]);
  expect(frame.bytes).not.toBe(link.kept[1]);
  link.isFast = true;
  const { bytes } = frame;
  tick();
  expect(frame.bytes).toBe(bytes);
});

test("who asks for the whole state gets it, whatever was lost", () => {
  const { simulation, enter, link, player, frame, tick } = hallWithWatcher();
  tick();
  enter("Bob");
  simulation.advance();
  simulation.publish();
  const lost = link.replica;
  show(player, simulation, frame);
  const anew = Object.assign(link, { replica: new Replica(1) });
  tick();
  expect(link.applied.at(-1)).toBe("gap");
  player.restart();
  tick();
  expect(link.applied.at(-1)).toBe("applied");
  expect(anew.names()).toEqual(["Ada", "Arcade Host", "Bob"]);
  expect(lost).not.toBe(anew.replica);
});

test("who asks for the whole state all the time gets it once a second, and the last time too", () => {
  const { link, player, tick } = hallWithWatcher();
  tick();
  const perSecond = 1000 / hallWorld.rates.tickMs;
  const send = (): number => (tick(), link.fulls);
  const counts: number[] = [];
  for (let count = 0; count < 3 * perSecond; count++) {
    player.restart();
    counts.push(send());
  }
  expect([counts[0], counts[perSecond - 1], counts[perSecond], counts.at(-1)]).toEqual([2, 2, 3, 4]);
  for (let count = 0; count < 3 * perSecond; count++) counts.push(send());
  expect(counts.at(-1)).toBe(5);
});

test("who reads as fast as the world sends catches up, however far behind", () => {
  const { simulation, enter, link, player, frame } = hallWithWatcher(64 * 1024);
  const names = Array.from({ length: 50 }, (_, index) => `walker ${index}`);
  names.forEach(enter);
  link.counts = true;
  link.bufferedBytes = 70_000;
  const turns = [right, { ...right, dx: -127 }];
  for (let send = 0; send < 1000; send++) {
    for (const name of names) {
      const commands = Array.from({ length: 3 }, () => turns[send % 2] ?? right);
      simulation.avatarOf(name)?.receive(encodeCommands({ first: 1 + send * 3, commands }));
    }
    simulation.advance();
    simulation.publish();
    show(player, simulation, frame);
    // A little more than it takes to tell of all of them.
    link.bufferedBytes = Math.max(0, link.bufferedBytes - 220);
  }
  expect(link.bufferedBytes).toBeLessThan(200);
});

test("who never reads keeps nobody's id from others for longer than five seconds", () => {
  const { simulation, enter, link, tick } = hallWithWatcher(100, 200);
  enter("Bob");
  const bob = simulation.avatarOf("Bob")?.entity ?? 0;
  tick();
  link.bufferedBytes = 101;
  const sends = 5000 / hallWorld.rates.tickMs;
  for (let send = 0; send < sends; send++) tick();
  simulation.remove("Bob");
  const taken = (): number[] =>
    Array.from({ length: 200 }, () => {
      const id = simulation.replication.take();
      simulation.replication.remove(id);
      return id;
    });
  expect(taken()).not.toContain(bob);
  tick();
  tick();
  expect(taken()).toContain(bob);
  link.bufferedBytes = 0;
  tick();
  expect(link.names()).toEqual([]);
});

test("who has left is shown nothing more", () => {
  const { simulation, link, player, tick } = hallWithWatcher();
  tick();
  player.leave(simulation);
  tick();
  expect(link.applied).toHaveLength(1);
});
