import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Replica } from "#shared/protocol/replica.ts";
import { entityKinds, type Looks } from "#shared/protocol/snapshot-layout.ts";
import { gridPerUnit, snap, type Body } from "#shared/step-player.ts";
import type { Ring } from "#shared/world-settings.ts";
import { FrameBytes } from "./frame-bytes.ts";
import { Replication } from "./replication.ts";
import type { View } from "./view.ts";

const size = 1000;
const looksOf = (name: string): Looks => ({
  kind: entityKinds[name.length % entityKinds.length] ?? "player",
  name,
  guest: name.length > 2,
  sprite: name.slice(1),
});

interface Settings {
  readonly radius: number;
  readonly hysteresis: number;
  readonly most: number;
  readonly rings: readonly Ring[];
  readonly bytesPerSend: number;
  readonly ticksPerSend: number;
  /** The side of the world; places beyond it are moved to its edge. */
  readonly size?: number;
}

interface Player {
  readonly id: number;
  view: View;
  replica: Replica;
  body: Body;
  looks: Looks;
}

/** A world and its viewers, and what each of them holds of it. */
class Stage {
  readonly settings: Settings;
  readonly world: Replication;
  readonly players: Player[] = [];
  readonly size: number;
  send = 0;

  constructor(settings: Settings) {
    this.settings = settings;
    const { rings, radius, hysteresis, most } = settings;
    const interest = { rings, radius, hysteresis, most };
    this.size = settings.size ?? size;
    this.world = new Replication({
      width: this.size,
      height: this.size,
      capacity: 40,
      ...settings,
      ...interest,
    });
  }

  enter(at: Body, name: string): void {
    if (this.players.length >= 30) return;
    const body = this.within(at);
    const id = this.world.take();
    const looks = looksOf(name);
    this.world.show(id, body, looks);
    const view = this.world.open(id);
    this.players.push({ id, view, replica: new Replica(this.settings.ticksPerSend), body, looks });
  }

  within({ x, y, facing }: Body): Body {
    const clamp = (value: number): number => Math.max(0, Math.min(this.size, value));
    return { x: clamp(x), y: clamp(y), facing };
  }

  leave(player: Player): void {
    this.world.close(player.view);
    this.world.remove(player.id);
    this.players.splice(this.players.indexOf(player), 1);
  }

  /** A new connection for somebody who stays. */
  rejoin(player: Player): void {
    this.world.close(player.view);
    player.view = this.world.open(player.id);
    player.replica = new Replica(this.settings.ticksPerSend);
  }

  publish(sends: number): void {
    this.send += sends;
    this.world.publish(this.send);
  }

  tell(player: Player): void {
    const frame = new FrameBytes(1);
    const { x, y, facing } = player.body;
    const own = { x: x * gridPerUnit, y: y * gridPerUnit, facing, ack: 7, wasSet: false };
    this.world.write(frame, player.view, own);
    expect(player.replica.apply(frame.bytes.slice(0, frame.at))).toBe("applied");
    expect(player.replica.tick).toBe(this.send * this.settings.ticksPerSend);
    expect(player.replica.self).toEqual(player.body);
  }
}

const place = fc.record({
  x: fc.double({ min: 0, max: size, noNaN: true }).map(snap),
  y: fc.double({ min: 0, max: size, noNaN: true }).map(snap),
  facing: fc.nat(3),
});
const who = fc.nat(29);
const act = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("enter" as const), place, name: fc.string({ maxLength: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("leave" as const), who }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("rejoin" as const), who }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("walk" as const),
      who,
      dx: fc.integer({ min: -15, max: 15 }),
      dy: fc.integer({ min: -15, max: 15 }),
      sends: fc.integer({ min: 1, max: 6 }),
      heldUp: fc.constantFrom(1, 1, 1, 2, 3),
      skip: fc.array(who, { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("run" as const), who, place }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("set" as const), who, place }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("look" as const), who, name: fc.string({ maxLength: 5 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("send" as const),
      sends: fc.integer({ min: 1, max: 3 }),
      skip: fc.array(who, { maxLength: 10 }),
    }),
  },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** One act; afterwards everybody is told what there is to tell, but for those who are skipped. */
function perform(stage: Stage, todo: Act, check: (stage: Stage, player: Player) => void): void {
  const player = "who" in todo ? stage.players[todo.who % stage.players.length] : undefined;
  const tell = (skipped: readonly number[]): void =>
    stage.players.forEach((one, index) => {
      if (skipped.includes(index)) return;
      stage.tell(one);
      check(stage, one);
    });
  if (todo.type === "enter") return stage.enter(todo.place, todo.name);
  if (todo.type === "send") {
    stage.publish(todo.sends);
    return tell(todo.skip);
  }
  if (!player) return;
  if (todo.type === "leave") return stage.leave(player);
  if (todo.type === "rejoin") return stage.rejoin(player);
  if (todo.type === "look") {
    player.looks = looksOf(todo.name);
    return stage.world.look(player.id, player.looks);
  }
  if (todo.type === "walk") {
    for (let send = 0; send < todo.sends; send++) {
      const { x, y, facing } = player.body;
      player.body = stage.within({ x: x + todo.dx, y: y + todo.dy, facing });
      stage.world.move(player.id, player.body);
      stage.publish(todo.heldUp);
      tell(todo.skip);
    }
    return;
  }
  player.body = stage.within(todo.place);
  stage.world[todo.type === "run" ? "move" : "set"](player.id, player.body);
}

const distance = (a: Body, b: Body): number => Math.hypot(a.x - b.x, a.y - b.y);
const play = fc.array(act, { minLength: 20, maxLength: 120 });

function everyPlay(settings: Settings, check: (stage: Stage, player: Player) => void, numRuns = 300): void {
  fc.assert(
    fc.property(play, (acts) => {
      const stage = new Stage(settings);
      stage.publish(1);
      for (const todo of acts) perform(stage, todo, check);
    }),
    { numRuns },
  );
}

/** What was published: bodies as they were at the newest send. */
function sameAsWorld(stage: Stage, player: Player): void {
  for (const [id, seen] of player.replica.seen) {
    const other = stage.players.find((one) => one.id === id);
    if (!other) throw new Error(`player ${player.id} is told of ${id}, who is gone`);
    if (seen.told !== player.replica.tick) continue;
    expect({ x: seen.x, y: seen.y, facing: seen.facing, looks: seen.looks }).toEqual({
      ...other.body,
      looks: other.looks,
    });
  }
}

const open = { radius: 300, hysteresis: 50, most: 100, rings: [], bytesPerSend: 100_000, ticksPerSend: 1 };

describe("after any interleaving of enter, leave, walk, jump, change, skip and rejoin", () => {
  test("a replica holds what the world holds, to the bit", () => {
    everyPlay(open, (stage, player) => {
      sameAsWorld(stage, player);
      for (const seen of player.replica.seen.values()) expect(seen.told).toBe(player.replica.tick);
    });
  });

  test("everybody within the radius is seen, nobody beyond it and its hysteresis, and never oneself", () => {
    everyPlay(open, (stage, player) => {
      const seen = new Set(player.replica.seen.keys());
      expect(seen.has(player.id)).toBe(false);
      for (const other of stage.players) {
        const far = distance(player.body, other.body);
        if (other !== player && far < open.radius - 0.01) expect(seen.has(other.id)).toBe(true);
        if (far > open.radius + open.hysteresis + 0.01) expect(seen.has(other.id)).toBe(false);
      }
    });
  });

  test("a short reach in a dense world misses nobody who comes over its edge, however fast", () => {
    everyPlay({ ...open, radius: 60, hysteresis: 0, size: 200 }, (stage, player) => {
      for (const other of stage.players) {
        const far = distance(player.body, other.body);
        if (other === player || Math.abs(far - 60) < 0.01) continue;
        expect(player.replica.seen.has(other.id)).toBe(far < 60);
      }
    });
  });

  test("in a world seen whole everybody sees everybody, to the bit", () => {
    everyPlay({ ...open, radius: 2000 }, (stage, player) => {
      sameAsWorld(stage, player);
      expect([...player.replica.seen.keys()].toSorted((a, b) => a - b)).toEqual(
        stage.players.map(({ id }) => id).toSorted((a, b) => a - b),
      );
    });
  });

  test("when only a few may be seen they are the nearest, but for the hysteresis", () => {
    const settings = { ...open, radius: 2000, hysteresis: 40, most: 4 };
    everyPlay(settings, (stage, player) => {
      sameAsWorld(stage, player);
      const { seen } = player.replica;
      const others = stage.players.filter((one) => one !== player);
      expect(seen.size).toBe(Math.min(settings.most, others.length));
      const far = others.map((one) => ({ id: one.id, far: distance(one.body, player.body) }));
      const unseen = Math.min(Infinity, ...far.filter(({ id }) => !seen.has(id)).map((one) => one.far));
      const farthest = Math.max(0, ...far.filter(({ id }) => seen.has(id)).map((one) => one.far));
      expect(farthest).toBeLessThanOrEqual(unseen + settings.hysteresis + 0.01);
    });
  });

  const rings = [
    { beyond: 100, every: 2 },
    { beyond: 200, every: 4 },
  ];

  test.each([24, 90, 100_000])(
    "far rings and a budget of %i bytes make news late, never wrong, and nobody waits for ever",
    (bytesPerSend) => {
      const settings = { ...open, rings, bytesPerSend, ticksPerSend: 3 };
      everyPlay(settings, (stage, player) => {
        sameAsWorld(stage, player);
        for (const seen of player.replica.seen.values())
          expect((player.replica.tick - seen.told) / settings.ticksPerSend).toBeLessThan(200);
        for (const other of stage.players)
          if (distance(player.body, other.body) > open.radius + open.hysteresis + 0.01)
            expect(player.replica.seen.has(other.id)).toBe(false);
      });
    },
  );

  test("whoever is in a ring is told of as often as it says, whatever was skipped", () => {
    everyPlay({ ...open, rings }, (stage, player) => {
      for (const other of stage.players) {
        const { told = stage.send } = player.replica.seen.get(other.id) ?? {};
        const far = distance(player.body, other.body);
        const { every } = rings.findLast(({ beyond }) => far > beyond) ?? { every: 1 };
        expect(stage.send - told).toBeLessThan(every);
      }
    });
  });
});
