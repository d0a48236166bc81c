import { createRequire } from "node:module";
import { peerProgram } from "../peers.ts";
import { clientFrame } from "./client-socket.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { Greeting, Guest, Line } from "./line.ts";
import type { Held } from "./rounds.ts";
import { Trail } from "./trail.ts";

/** Resolves what is installed with the peers. */
const requirePeer = createRequire(peerProgram("package.json"));

/** What the peers' lines have in common: clients are called by their index, and positions tell which inputs they include. */
abstract class PeerLine implements Line {
  isIn = false;
  tick = -1;
  inputs = 0;
  readonly trail = new Trail();
  protected readonly guest: Guest;
  protected held: ReadonlyMap<number, Held> = new Map();
  /** The step of positions on this wire, units. */
  protected abstract readonly quantum: number;

  constructor(guest: Guest) {
    this.guest = guest;
  }

  abstract path(): Promise<string>;
  abstract readonly greeting: Greeting;
  abstract hear(payload: Buffer, isText: boolean, socket: ClientSocket): boolean;
  abstract input(count: number, dx: number, dy: number): Buffer;

  get self(): Held {
    return this.held.get(this.guest.index) ?? { x: Number.NaN, y: Number.NaN };
  }

  sees(client: number): boolean {
    return client !== this.guest.index && this.held.has(client);
  }

  others(): Map<number, Held> {
    const others = new Map(this.held);
    others.delete(this.guest.index);
    return others;
  }

  /** A whole state has come. */
  protected take(tick: number, held: ReadonlyMap<number, Held>): true {
    this.isIn = true;
    this.tick = tick;
    this.held = held;
    const { x, y } = this.self;
    this.inputs = this.trail.inputsAt(x, y, this.quantum / 2 + 1e-6);
    return true;
  }

  protected get query(): string {
    const { index, start } = this.guest;
    return `?id=${index}&x=${start.x}&y=${start.y}`;
  }
}

type Records = readonly (readonly [id: number, x: number, y: number])[];
const heldOf = (records: Records): Map<number, Held> => new Map(records.map(([id, x, y]) => [id, { x, y }]));

/** Inputs in text are filled up with spaces, so that all are as long. */
const longest = { json: '{"dx":-127,"dy":-127}'.length, socketIo: '42["move",-127,-127]'.length } as const;

export class JsonLine extends PeerLine {
  readonly greeting = { messages: 1, answersPings: false };
  protected readonly quantum = 1;

  path(): Promise<string> {
    return Promise.resolve(`/${this.query}`);
  }

  hear(payload: Buffer): boolean {
    const { tick, players } = JSON.parse(payload.toString("latin1")) as { tick: number; players: Records };
    return this.take(tick, heldOf(players));
  }

  input(_: number, dx: number, dy: number): Buffer {
    return clientFrame(1, Buffer.from(JSON.stringify({ dx, dy }).padEnd(longest.json)));
  }
}

interface SocketIoDecoder {
  add(text: string): void;
  on(event: "decoded", heard: (packet: { data: [string, number, Records] }) => void): void;
}

export class SocketIoLine extends PeerLine {
  protected readonly quantum = 1;
  readonly #decoder: SocketIoDecoder;
  #isState = false;

  constructor(guest: Guest) {
    super(guest);
    const { Decoder } = requirePeer("socket.io-parser") as { Decoder: new () => SocketIoDecoder };
    this.#decoder = new Decoder();
    this.#decoder.on("decoded", ({ data }) => {
      const [, tick, players] = data;
      this.#isState = this.take(tick, heldOf(players));
    });
  }

  path(): Promise<string> {
    return Promise.resolve("/socket.io/?EIO=4&transport=websocket");
  }

  /** Engine.IO opens, Socket.IO connects, then comes the first state. */
  get greeting(): Greeting {
    const { index, start } = this.guest;
    return { reply: `40${JSON.stringify({ id: index, ...start })}`, messages: 3, answersPings: true };
  }

  /** Engine.IO's packet types: 0 open, 2 ping, 3 pong, 4 message; in a message Socket.IO's: 0 connect, 2 event. */
  hear(payload: Buffer, _: boolean, socket: ClientSocket): boolean {
    const [engine, kind] = payload.toString("latin1", 0, 2);
    if (engine === "0") socket.say(this.greeting.reply ?? "");
    else if (engine === "2") socket.say("3");
    else if (kind === "4") throw new Error("Socket.IO refuses");
    else if (kind === "2") return this.#event(payload);
    return false;
  }

  input(_: number, dx: number, dy: number): Buffer {
    return clientFrame(1, Buffer.from(`42["move",${dx},${dy}]`.padEnd(longest.socketIo)));
  }

  #event(payload: Buffer): boolean {
    this.#isState = false;
    this.#decoder.add(payload.toString("latin1", 1));
    return this.#isState;
  }
}

export class PackedLine extends PeerLine {
  readonly greeting = { messages: 1, answersPings: false };
  protected readonly quantum = 1 / 32;
  readonly #frame = clientFrame(2, new Uint8Array(2));

  path(): Promise<string> {
    return Promise.resolve(`/${this.query}`);
  }

  hear(payload: Buffer): boolean {
    const held = new Map<number, Held>();
    for (let at = 4; at < payload.length; at += 6)
      held.set(payload.readUInt16LE(at), {
        x: payload.readUInt16LE(at + 2) / 32,
        y: payload.readUInt16LE(at + 4) / 32,
      });
    return this.take(payload.readUInt32LE(0), held);
  }

  input(_: number, dx: number, dy: number): Buffer {
    this.#frame.writeInt8(dx, 6);
    this.#frame.writeInt8(dy, 7);
    return this.#frame;
  }
}

/** Colyseus' frames by their first byte. */
const frames = { join: 10, data: 13, state: 14, patch: 15 } as const;
const gridPerUnit = 32;

interface Cursor {
  offset: number;
}
interface WorldState {
  readonly tick: number;
  /** Not there before anybody is in view. */
  readonly players?: ReadonlyMap<string, Held>;
}
interface SchemaDecoder {
  readonly state: WorldState;
  decode(bytes: Uint8Array, at: Cursor): unknown;
}
interface SchemaPackage {
  readonly decode: { number(bytes: Uint8Array, at: Cursor): number };
  readonly Reflection: { decode(bytes: Uint8Array): SchemaDecoder };
}

export class ColyseusLine extends PeerLine {
  readonly greeting = { reply: Uint8Array.of(frames.join), messages: 2, answersPings: false };
  protected readonly quantum = 1 / gridPerUnit;
  readonly #schema = requirePeer("@colyseus/schema") as SchemaPackage;
  // Room data: its type as a string, then msgpack: an array of two int8.
  readonly #frame = clientFrame(
    2,
    Uint8Array.of(frames.data, 0xa0 | 4, ...Buffer.from("move"), 0x92, 0xd0, 0, 0xd0, 0),
  );
  #decoder: SchemaDecoder | undefined;

  async path(): Promise<string> {
    const { index, port, start } = this.guest;
    const reply = await fetch(`http://127.0.0.1:${port}/matchmake/joinOrCreate/world`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id: index, ...start }),
    });
    if (!reply.ok) throw new Error(`Colyseus refuses: ${reply.status}`);
    const seat = (await reply.json()) as Record<"processId" | "roomId" | "sessionId", string>;
    return `/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`;
  }

  hear(payload: Buffer, _: boolean, socket: ClientSocket): boolean {
    const [code] = payload;
    if (code === frames.join) {
      this.#decoder = this.#schema.Reflection.decode(reflectionIn(payload, this.#schema));
      socket.say(this.greeting.reply);
    } else if (code === frames.state || code === frames.patch) {
      this.#decoder?.decode(payload, { offset: 1 });
      return this.#update();
    }
    return false;
  }

  input(_: number, dx: number, dy: number): Buffer {
    this.#frame.writeInt8(dx, this.#frame.length - 3);
    this.#frame.writeInt8(dy, this.#frame.length - 1);
    return this.#frame;
  }

  #update(): boolean {
    const { state } = this.#decoder ?? {};
    const held = new Map<number, Held>();
    state?.players?.forEach(({ x, y }, id) => {
      held.set(Number(id), { x: x / gridPerUnit, y: y / gridPerUnit });
    });
    return this.take(state?.tick ?? -1, held);
  }
}

/** A join frame: the reconnection token, the serializer's name, then how the state is laid out, each after its length. */
function reflectionIn(payload: Buffer, { decode }: SchemaPackage): Uint8Array {
  const at = { offset: 1 };
  at.offset += 1 + (payload[at.offset] ?? 0);
  at.offset += 1 + (payload[at.offset] ?? 0);
  const length = decode.number(payload, at);
  return Uint8Array.from(payload.subarray(at.offset, at.offset + length));
}
