import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodeCommands } from "#shared/protocol/commands.ts";
import { Replica } from "#shared/protocol/replica.ts";
import { gridPerUnit, type Body } from "#shared/step-player.ts";
import { FrameBytes } from "./frame-bytes.ts";
import { Replication, type ReplicationSettings } from "./replication.ts";

/** Somebody in a slot. Positions in steps of 1/32 unit. */
interface Slot {
  id: number;
  x: number;
  y: number;
  facing: number;
  dx: number;
  dy: number;
  toldAt: number;
  setAt: number;
  looks: string;
}

/** A client as a stranger would write it: from `docs/protocol.md`, and nothing of ours. */
class Stranger {
  readonly slots: Slot[] = [];
  readonly looks = new Map<number, string>();
  tick = -1;
  own = "";
  readonly #ticksPerSend: number;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;

  constructor(ticksPerSend: number) {
    this.#ticksPerSend = ticksPerSend;
  }

  read(frame: Uint8Array): void {
    this.#view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    this.#at = 0;
    expect(this.#u8()).toBe(1);
    const flags = this.#u8();
    const tick = this.#view.getUint32(2, true);
    const base = this.#view.getUint16(6, true);
    const ack = this.#view.getUint16(8, true);
    this.#at = 10;
    const [x, y] = [this.#u24(), this.#u24()];
    expect([flags & 0b1110_0000, tick % this.#ticksPerSend]).toEqual([0, 0]);
    expect(base).toBe((flags & 1 ? tick : this.tick) & 0xffff);
    if (flags & 1) this.slots.length = 0;
    else expect(tick).toBeGreaterThan(this.tick);
    this.own = JSON.stringify({ x, y, facing: (flags >> 2) & 3, wasSet: (flags & 2) !== 0, ack });
    const stayed = flags & 16 ? this.#changes(tick) : this.slots.length;
    this.#motions(stayed, tick);
    expect(this.#at).toBe(frame.length);
    this.tick = tick;
  }

  /** Returns how many slots did not enter. */
  #changes(tick: number): number {
    for (let leaves = this.#varint(); leaves > 0; leaves--) {
      const slot = this.#varint();
      expect(slot).toBeLessThan(this.slots.length);
      const last = this.slots.pop();
      if (last && slot < this.slots.length) this.slots[slot] = last;
    }
    const stayed = this.slots.length;
    for (let enters = this.#varint(); enters > 0; enters--) {
      const id = this.#view.getUint16(this.#at, true);
      this.#at += 2;
      const one = { id, x: 0, y: 0, facing: 0, dx: 0, dy: 0, toldAt: 0, setAt: tick, looks: "" };
      if (this.#state(one, tick) & 8) this.#readLooks(one);
      one.looks = this.looks.get(id) ?? "never told";
      this.slots.push(one);
    }
    for (let others = this.#varint(); others > 0; others--) this.#readLooks(this.#slot(this.#varint()));
    return stayed;
  }

  #motions(count: number, tick: number): void {
    const bits = this.#at;
    this.#at += Math.ceil(count / 4);
    for (let index = 0; index < Math.ceil(count / 4) * 4; index++) {
      const code = (this.#view.getUint8(bits + Math.floor(index / 4)) >> ((index % 4) * 2)) & 3;
      if (index >= count) expect(code).toBe(0);
      else if (code < 2) this.#goOn(this.#slot(index), code === 1, tick);
      else if (code === 2) expect(this.#state(this.#slot(index), tick) & 8).toBe(0);
    }
  }

  #goOn(one: Slot, isTold: boolean, tick: number): void {
    if (isTold) this.#motion(one, true);
    const sends = isTold ? 1 : (tick - one.toldAt) / this.#ticksPerSend;
    one.x += one.dx * sends;
    one.y += one.dy * sends;
    one.toldAt = tick;
  }

  #state(one: Slot, tick: number): number {
    const bits = this.#u8();
    expect(bits >> 5).toBe(0);
    [one.x, one.y, one.dx, one.dy] = [this.#u24(), this.#u24(), 0, 0];
    if (bits & 4) this.#motion(one, false);
    one.facing = bits & 3;
    if (bits & 16) one.setAt = tick;
    one.toldAt = tick;
    return bits;
  }

  #motion(one: Slot, turns: boolean): void {
    const motion = this.#u24();
    const signed = (bits: number): number => (bits < 1024 ? bits : bits - 2048);
    one.dx = signed(motion % 2048);
    one.dy = signed(Math.floor(motion / 2048) % 2048);
    if (turns) one.facing = Math.floor(motion / 2 ** 22);
  }

  #readLooks(one: Slot): void {
    const kind = ["player", "npc", "thing"][this.#u8()];
    const guest = (this.#u8() & 1) === 1;
    const [name, sprite] = [this.#text(), this.#text()];
    one.looks = JSON.stringify({ kind, name, guest, sprite });
    this.looks.set(one.id, one.looks);
  }

  #slot(index: number): Slot {
    const slot = this.slots[index];
    if (!slot) throw new Error(`there is no slot ${index}`);
    return slot;
  }

  #u8(): number {
    return this.#view.getUint8(this.#at++);
  }

  #u24(): number {
    return this.#u8() + this.#u8() * 256 + this.#u8() * 65_536;
  }

  #varint(): number {
    const byte = this.#u8();
    return byte < 128 ? byte : byte - 128 + 128 * this.#varint();
  }

  #text(): string {
    const length = this.#u8();
    const bytes = new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#at, length);
    this.#at += length;
    return Buffer.from(bytes).toString("utf8");
  }
}

const settings: ReplicationSettings = {
  width: 1000,
  height: 1000,
  ticksPerSend: 3,
  capacity: 300,
  bytesPerSend: 100_000,
  radius: 400,
  hysteresis: 50,
  most: 300,
  rings: [],
};
const rings = [
  { beyond: 100, every: 2 },
  { beyond: 200, every: 4 },
];

/** Two hundred walk, turn, jump, come, go and change their looks as `random` has it, and one looks on. */
function play(more: Partial<ReplicationSettings>, random: () => number): void {
  const world = new Replication({ ...settings, ...more });
  const below = (most: number): number => Math.floor(random() * most);
  const looks = () => ({
    kind: (["player", "npc", "thing"] as const)[below(3)] ?? "player",
    name: "Ödön 🎈".repeat(below(3)),
    guest: below(2) === 1,
    sprite: "crab",
  });
  const place = (): Body => ({ x: below(1000), y: below(1000) + 1 / gridPerUnit, facing: below(4) });
  const bodies = new Map<number, Body>();
  const enter = (at: Body): number => {
    const id = world.take();
    bodies.set(id, at);
    world.show(id, at, looks());
    return id;
  };
  const own = enter({ x: 500, y: 500, facing: 1 });
  for (let count = 0; count < 200; count++) enter(place());
  const view = world.open(own);
  const [stranger, replica] = [new Stranger(3), new Replica(3)];
  const act = (id: number, { x, y, facing }: Body): void => {
    const choice = id === own ? 0 : below(40);
    const to = choice < 30 ? { x: Math.min(999, x + (id % 7) / 4), y: Math.max(0, y - 2), facing } : place();
    if (choice === 39) {
      bodies.delete(id);
      return world.remove(id);
    }
    bodies.set(id, to);
    if (choice === 38) world.look(id, looks());
    else world[choice === 37 ? "set" : "move"](id, to);
  };
  for (let send = 1, ack = 0; send <= 40; send += below(8) === 0 ? 2 : 1) {
    for (const [id, at] of bodies) act(id, at);
    for (let come = below(6); come > 0; come--) enter(place());
    world.publish(send);
    if (below(10) === 0) world.restart(view);
    // What is left out is made up for by the next.
    if (below(6) === 0) continue;
    const frame = new FrameBytes();
    const { x = 0, y = 0, facing = 0 } = bodies.get(own) ?? {};
    ack = (ack + below(9000)) & 0xffff;
    const state = { x: x * gridPerUnit, y: y * gridPerUnit, facing, wasSet: below(2) === 1, ack };
    world.write(frame, view, state);
    const bytes = frame.bytes.slice(0, frame.at);
    stranger.read(bytes);
    expect(replica.apply(bytes)).toBe("applied");
    expect(JSON.parse(stranger.own)).toEqual(state);
    sameView(stranger, replica);
  }
}

function sameView({ slots, tick, own }: Stranger, replica: Replica): void {
  const { self, wasSet, ack } = replica;
  const [x, y] = [self.x * gridPerUnit, self.y * gridPerUnit];
  expect({ tick: replica.tick, own: { x, y, facing: self.facing, wasSet, ack } }).toEqual({
    tick,
    own: JSON.parse(own),
  });
  const ours = [...replica.seen.values()].map(({ id, x: atX, y: atY, facing, told, setAt, looks }) => {
    const { kind, name, guest, sprite } = looks;
    const words = JSON.stringify({ kind, name, guest, sprite });
    return [id, atX * gridPerUnit, atY * gridPerUnit, facing, told, setAt, words].join();
  });
  const theirs = slots.map((one) =>
    [one.id, one.x, one.y, one.facing, one.toldAt, one.setAt, one.looks].join(),
  );
  expect(theirs.toSorted()).toEqual(ours.toSorted());
}

test.each([
  ["where viewers have views of their own", {}],
  ["where only the nearest are seen", { most: 30 }],
  ["where the far are told of less often", { rings }],
  ["where a snapshot may take 200 bytes", { bytesPerSend: 200 }],
  ["in a world seen whole", { radius: 2000, capacity: 250, rings: [] }],
])("a client written from the document alone sees what ours sees, %s", (_, more) => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      let state = seed;
      play(more, () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state / 2 ** 32;
      });
    }),
    { numRuns: 20 },
  );
});

test("commands are what the document says, byte by byte", () => {
  const commands = [
    { dx: -127, dy: 127, buttons: 0 },
    { dx: 3, dy: -1, buttons: 5 },
  ];
  const bytes = encodeCommands({ first: 0x04_03_02_01, seen: 0xbeef, commands });
  expect([...bytes]).toEqual([2, 2, 1, 2, 3, 4, 0xef, 0xbe, 129, 127, 0, 3, 255, 5]);
});
