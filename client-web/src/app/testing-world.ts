import { limits } from "#shared/limits.ts";
import { groundOf } from "#shared/ground.ts";
import type { FromPlayer, ToPlayer } from "#shared/protocol/client-world.ts";
import type { Body } from "#shared/step-player.ts";
import type { WorldMap } from "#shared/world-map.ts";
import { settingsOf, type Rates, type SettingsGiven } from "#shared/world-settings.ts";
import type { Avatar } from "#world-server/avatar.ts";
import { FrameBytes } from "#world-server/replication/frame-bytes.ts";
import type { View } from "#world-server/replication/view.ts";
import { Simulation } from "#world-server/simulation.ts";
import { Line, type LineShape } from "../net/line.ts";
import type { WebSocketClass } from "../net/transport.ts";
import { Visit } from "./visit.ts";

type Data = string | Uint8Array<ArrayBuffer>;
type Listener = (event: { data: unknown }) => void;

const frameMs = 1000 / 60;

/** One direction of a socket in virtual time. */
class Pipe {
  readonly #line: Line;
  readonly #waiting: { at: number; data: Data }[] = [];

  constructor(line: Line) {
    this.#line = line;
  }

  push(data: Data, now: number): void {
    this.#waiting.push({ at: this.#line.arrival(now, data.length), data });
  }

  take(now: number): Data | undefined {
    const [next] = this.#waiting;
    return next && next.at <= now ? this.#waiting.shift()?.data : undefined;
  }
}

/** A player: the client's own visit, and the avatar it steers, with a line between them. */
export class TestGuest {
  readonly visit: Visit;
  readonly avatar: Avatar;
  /** A snapshot this returns true for is swallowed by the line. */
  isLost: () => boolean = () => false;
  /** Told of what the client says in text. */
  heard: (message: FromPlayer) => void = () => {};
  /** Commands that the world had no room for. */
  dropped = 0;
  will = { x: 0, y: 0 };
  readonly #view: View;
  readonly #world: TestWorld;
  readonly #up: Pipe;
  readonly #down: Pipe;
  readonly #frame = new FrameBytes();
  #hear: Listener = () => {};

  constructor(world: TestWorld, name: string, shape: LineShape, luck: () => number, at: Body) {
    this.#world = world;
    this.#up = new Pipe(new Line(shape, luck));
    this.#down = new Pipe(new Line(shape, luck));
    this.avatar = world.simulation.place(name, { name, guest: false }, at);
    world.simulation.activate(name);
    this.#view = world.simulation.replication.open(this.avatar.entity);
    this.visit = new Visit({
      dial: 1,
      url: "ws://world/",
      world: { map: world.map, files: new Map() },
      now: () => world.now,
      on: { opened() {}, closed() {}, heard() {}, live() {} },
      Socket: this.#socket(),
    });
    const { tickMs, ticksPerSend } = world.rates;
    const { entity } = this.avatar;
    this.say({
      type: "entered",
      re: 1,
      world: world.map.key,
      map: "0".repeat(64),
      entity,
      tickMs,
      ticksPerSend,
    });
  }

  say(message: ToPlayer): void {
    this.#down.push(JSON.stringify(message), this.#world.now);
  }

  /** What came from the client is heard by the world. */
  arrive(): void {
    for (let data = this.#up.take(this.#world.now); data; data = this.#up.take(this.#world.now))
      if (typeof data === "string") this.#answer(JSON.parse(data) as FromPlayer);
      else this.dropped += this.avatar.receive(data);
  }

  show(): void {
    this.#frame.at = 0;
    this.#world.simulation.write(this.#frame, this.#view, this.avatar);
    if (!this.isLost()) this.#down.push(this.#frame.bytes.slice(0, this.#frame.at), this.#world.now);
  }

  /** What came from the world is heard by the client, which then plays a frame. */
  play(): void {
    const { now } = this.#world;
    for (let data = this.#down.take(now); data; data = this.#down.take(now))
      this.#hear({ data: typeof data === "string" ? data : data.buffer });
    this.visit.advance(now, () => this.will);
    this.visit.check(now, false);
  }

  #answer(message: FromPlayer): void {
    this.heard(message);
    if (message.type === "ping") this.say({ type: "pong", re: message.id });
    if (message.type === "state") this.#world.simulation.replication.restart(this.#view);
  }

  #socket(): WebSocketClass {
    const listen = (type: string, listener: Listener): void => {
      if (type === "message") this.#hear = listener;
    };
    const send = (data: Data): void => this.#up.push(data, this.#world.now);
    const socket = {
      binaryType: "",
      bufferedAmount: 0,
      readyState: 1,
      send,
      close() {},
      addEventListener: listen,
    };
    return function Socket() {
      return socket;
    } as unknown as WebSocketClass;
  }
}

/** The world's real simulation and the client's real visits, in virtual time: 60 frames a second for everybody. */
export class TestWorld {
  now = 0;
  readonly map: WorldMap;
  readonly rates: Rates;
  readonly simulation: Simulation;
  readonly guests: TestGuest[] = [];
  #ticks = 0;
  #frames = 0;

  constructor(map: WorldMap, given: SettingsGiven = {}) {
    const settings = settingsOf(given);
    this.map = map;
    this.rates = settings.rates;
    this.simulation = new Simulation({ ...settings, map }, groundOf(map), limits);
  }

  join(name: string, shape: LineShape, luck: () => number, at: Body): TestGuest {
    const guest = new TestGuest(this, name, shape, luck, at);
    this.guests.push(guest);
    return guest;
  }

  /** Plays on for so many seconds; `each` is called for every frame. */
  run(seconds: number, each: () => void = () => {}): void {
    const until = this.now + seconds * 1000;
    for (;;) {
      const [tickAt, frameAt] = [(this.#ticks + 1) * this.rates.tickMs, (this.#frames + 1) * frameMs];
      this.now = Math.min(tickAt, frameAt);
      if (this.now > until) return;
      if (tickAt <= frameAt) this.#tick();
      if (frameAt <= tickAt) this.#frame(each);
    }
  }

  #tick(): void {
    this.#ticks += 1;
    for (const guest of this.guests) guest.arrive();
    this.simulation.advance();
    if (this.simulation.publish()) for (const guest of this.guests) guest.show();
  }

  #frame(each: () => void): void {
    this.#frames += 1;
    for (const guest of this.guests) guest.play();
    each();
  }
}
