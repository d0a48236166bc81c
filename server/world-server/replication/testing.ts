import { Replica } from "#shared/protocol/replica.ts";
import { gridPerUnit, type Body } from "#shared/step-player.ts";
import { FrameBytes } from "./frame-bytes.ts";
import { Replication, type ReplicationSettings } from "./replication.ts";
import type { View } from "./view.ts";

const settings: ReplicationSettings = {
  width: 2000,
  height: 2000,
  ticksPerSend: 1,
  capacity: 100,
  bytesPerSend: 10_000,
  radius: 400,
  hysteresis: 50,
  most: 100,
  rings: [],
};
export const looks = (name: string) => ({ kind: "player", name, guest: false, sprite: "player" }) as const;
export const at = (x: number, y = 1000): Body => ({ x, y, facing: 0 });

/** A world with one viewer in the middle. */
export class Seat {
  readonly world: Replication;
  readonly replica = new Replica(1);
  readonly own: number;
  readonly view: View;
  body = at(1000);
  send = 0;
  /** Bytes of the newest frame. */
  bytes = 0;

  constructor(more: Partial<ReplicationSettings> = {}) {
    this.world = new Replication({ ...settings, ...more });
    this.own = this.world.take();
    this.world.show(this.own, this.body, looks("me"));
    this.view = this.world.open(this.own);
  }

  add(x: number, name = `at ${x}`): number {
    const id = this.world.take();
    this.world.show(id, at(x), looks(name));
    return id;
  }

  /** Publishes and looks. */
  tick(): Replica {
    this.world.publish(++this.send);
    return this.look();
  }

  look(): Replica {
    const frame = this.write();
    this.bytes = frame.length;
    const applied = this.replica.apply(frame);
    if (applied !== "applied") throw new Error(`the snapshot is ${applied}`);
    return this.replica;
  }

  /** The next frame, which may get lost. */
  write(): Uint8Array {
    const frame = new FrameBytes(8);
    const { x, y } = this.body;
    const own = { x: x * gridPerUnit, y: y * gridPerUnit, facing: 0, ack: 0, wasSet: false };
    this.world.write(frame, this.view, own);
    return frame.bytes.subarray(0, frame.at);
  }
}
