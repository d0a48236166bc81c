import { motionMost, packMotion, motionX, motionY, told } from "#shared/protocol/snapshot-layout.ts";
import { gridPerUnit, type Body } from "#shared/step-player.ts";
import { EntityIds } from "./entity-ids.ts";

const firstRoom = 256;

/**
 * Everything that can be seen in a world, as columns indexed by entity id. Its owner moves things as often as it
 * likes; once a send `publish` compares them with what was published before, and the difference, encoded once, is
 * what every viewer is told.
 */
export class Entities {
  /** As published, in steps of 1/32 unit. */
  x = new Int32Array(firstRoom);
  y = new Int32Array(firstRoom);
  facing = new Uint8Array(firstRoom);
  /** The motion of the newest send (snapshot-layout.ts), and the send since which it has been the same. */
  motion = new Int32Array(firstRoom);
  steadySince = new Int32Array(firstRoom);
  /** The last send whose motion does not lead from the position before to the one after. */
  brokenAt = new Int32Array(firstRoom);
  /** The last send at which it was set somewhere else. */
  setAt = new Int32Array(firstRoom);
  /** What a viewer who was told of the send before is told of this one (`told` in snapshot-layout.ts). */
  code = new Uint8Array(firstRoom);
  /** 1 while it is there to be seen. */
  isShown = new Uint8Array(firstRoom);
  /** Those whom the newest send shows for the first time, or elsewhere without a way between. */
  readonly arrivals: number[] = [];
  /** How far anybody else went with the newest send, at most; 1/32 units. */
  stride = 0;
  /** Its looks as they go on the wire. */
  readonly looks: Uint8Array[] = [];
  /** Those shown, in no order, the first `count` of them. */
  ids = new Uint16Array(firstRoom);
  count = 0;
  /** The number of the newest send, and of the one before it. */
  send = 0;
  previous = -1;
  #squareStride = 0;
  readonly #names = new EntityIds();
  #nextX = new Int32Array(firstRoom);
  #nextY = new Int32Array(firstRoom);
  #nextFacing = new Uint8Array(firstRoom);
  /** 1: appears with the next send. 2: is set somewhere else by it. */
  #news = new Uint8Array(firstRoom);
  /** Where in `ids`. */
  #place = new Uint16Array(firstRoom);

  /** An id for somebody who is not there yet. @throws RangeError when all are in use */
  take(): number {
    const id = this.#names.take();
    if (id >= this.x.length) this.#grow();
    return id;
  }

  /** It is there from the next send on. */
  show(id: number, at: Body, looks: Uint8Array): void {
    this.looks[id] = looks;
    if (this.isShown[id] === 0) {
      this.isShown[id] = 1;
      this.#place[id] = this.count;
      this.ids[this.count++] = id;
    }
    this.move(id, at);
    this.#news[id] = appears;
  }

  move(id: number, { x, y, facing }: Body): void {
    this.#nextX[id] = Math.max(0, x * gridPerUnit);
    this.#nextY[id] = Math.max(0, y * gridPerUnit);
    this.#nextFacing[id] = facing;
  }

  /** The next send shows it where it was moved to without a way between. */
  set(id: number): void {
    if (this.#news[id] === 0) this.#news[id] = isSet;
  }

  /** It is gone. Its id comes round again once no view holds it any more. */
  remove(id: number): void {
    if (this.isShown[id] === 1) {
      this.isShown[id] = 0;
      const place = this.#place[id] ?? 0;
      const last = this.ids[--this.count] ?? 0;
      this.ids[place] = last;
      this.#place[last] = place;
      // Out of everybody's reach, and standing.
      this.x[id] = nowhere;
      this.motion[id] = packMotion(0, 0, this.facing[id] ?? 0);
      this.code[id] = told.asForetold;
    }
    this.#news[id] = 0;
    this.#names.giveBack(id);
  }

  /** A view has it from now on. */
  seen(id: number): void {
    this.#names.hold(id);
  }

  /** A view has been told that it left. */
  unseen(id: number): void {
    this.#names.letGo(id);
  }

  /** Makes the present state the one that is told, as send number `send`. */
  publish(send: number): void {
    const sends = send - this.send;
    this.previous = this.send;
    this.send = send;
    this.arrivals.length = 0;
    this.#squareStride = 0;
    for (let at = 0; at < this.count; at++) this.#publishOne(this.ids[at] ?? 0, sends);
    this.stride = Math.sqrt(this.#squareStride);
  }

  #publishOne(id: number, sends: number): void {
    const x = this.#nextX[id] ?? 0;
    const y = this.#nextY[id] ?? 0;
    const dx = x - (this.x[id] ?? 0);
    const dy = y - (this.y[id] ?? 0);
    const facing = this.#nextFacing[id] ?? 0;
    this.x[id] = x;
    this.y[id] = y;
    this.facing[id] = facing;
    const news = this.#news[id];
    if (news !== 0 || Math.abs(dx) > motionMost || Math.abs(dy) > motionMost) {
      this.motion[id] = packMotion(0, 0, facing);
      this.steadySince[id] = this.send;
      this.brokenAt[id] = this.send;
      this.code[id] = told.state;
      this.arrivals.push(id);
      if (news !== 0) this.setAt[id] = this.send;
      this.#news[id] = 0;
      return;
    }
    this.#squareStride = Math.max(this.#squareStride, dx * dx + dy * dy);
    this.code[id] = told.asForetold;
    const was = this.motion[id] ?? 0;
    // After a hold-up several sends' worth has passed, and that is what a viewer makes of an unchanged motion.
    if (was >>> 22 === facing && dx === motionX(was) * sends && dy === motionY(was) * sends) return;
    this.motion[id] = packMotion(dx, dy, facing);
    this.steadySince[id] = this.send;
    this.code[id] = told.motion;
  }

  #grow(): void {
    const room = this.x.length * 2;
    const wider = <T extends Int32Array | Uint16Array | Uint8Array>(
      old: T,
      make: new (room: number) => T,
    ): T => {
      const column = new make(room);
      column.set(old);
      return column;
    };
    this.x = wider(this.x, Int32Array);
    this.y = wider(this.y, Int32Array);
    this.facing = wider(this.facing, Uint8Array);
    this.motion = wider(this.motion, Int32Array);
    this.steadySince = wider(this.steadySince, Int32Array);
    this.brokenAt = wider(this.brokenAt, Int32Array);
    this.setAt = wider(this.setAt, Int32Array);
    this.code = wider(this.code, Uint8Array);
    this.isShown = wider(this.isShown, Uint8Array);
    this.ids = wider(this.ids, Uint16Array);
    this.#nextX = wider(this.#nextX, Int32Array);
    this.#nextY = wider(this.#nextY, Int32Array);
    this.#nextFacing = wider(this.#nextFacing, Uint8Array);
    this.#news = wider(this.#news, Uint8Array);
    this.#place = wider(this.#place, Uint16Array);
  }
}

const nowhere = 2 ** 30;
const appears = 1;
const isSet = 2;
