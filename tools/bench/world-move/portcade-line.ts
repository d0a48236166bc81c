import { encodeCommands } from "#shared/protocol/commands.ts";
import { Replica } from "#shared/protocol/replica.ts";
import { protocol } from "#shared/version.ts";
import { clientFrame } from "./client-socket.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { Greeting, Guest, Line } from "./line.ts";
import type { Held } from "./rounds.ts";

/** 60 commands a second, sent 20 times. */
const commandsPerInput = 3;
const ticksPerSend = 1;
const frameHead = 6;
/** Above every index. */
const crowdFrom = 1_000_000;

/** The ticket of a client; the stand-in for the master lets exactly these in. */
export const ticketOf = (index: number): string => `bench-ticket-${String(index).padStart(8, "0")}`;

/** Portcade's own protocol, states read by the client's replica. */
export class PortcadeLine implements Line {
  isIn = false;
  readonly #guest: Guest;
  readonly #replica = new Replica(ticksPerSend);
  /** Which client an entity is, shared by all lines. */
  readonly #indexes: Map<number, number>;
  readonly #entities: Map<number, number>;
  readonly #frame = clientFrame(2, encodeCommands({ first: 0, commands: [still, still, still] }));
  #requests = 1;
  #commands = 0;

  constructor(guest: Guest, indexes: Map<number, number>, entities: Map<number, number>) {
    this.#guest = guest;
    this.#indexes = indexes;
    this.#entities = entities;
  }

  path(): Promise<string> {
    return Promise.resolve("/");
  }

  /** Let in, and the first state. */
  get greeting(): Greeting {
    const ticket = ticketOf(this.#guest.index);
    const opening = JSON.stringify({ type: "enter", id: 1, protocol: protocol.newest, ticket });
    return { opening, messages: 2, answersPings: false };
  }

  hear(payload: Buffer, isText: boolean, socket: ClientSocket): boolean {
    if (!isText) return this.#apply(payload, socket);
    const message = JSON.parse(payload.toString()) as { type: string; entity?: number; reason?: string };
    if (message.type === "rejected") throw new Error(`the world refuses: ${message.reason}`);
    if (message.type === "entered" && message.entity !== undefined) {
      this.#indexes.set(message.entity, this.#guest.index);
      this.#entities.set(this.#guest.index, message.entity);
    }
    return false;
  }

  input(count: number, dx: number, dy: number): Buffer {
    const first = count * commandsPerInput + 1;
    this.#commands = first + commandsPerInput - 1;
    this.#frame.writeUInt32LE(first, frameHead + 2);
    this.#frame.writeUInt16LE(Math.max(0, this.#replica.tick) & 0xffff, frameHead + 6);
    for (let command = 0; command < commandsPerInput; command++) {
      this.#frame.writeInt8(dx, frameHead + 8 + 3 * command);
      this.#frame.writeInt8(dy, frameHead + 9 + 3 * command);
    }
    return this.#frame;
  }

  get tick(): number {
    return this.#replica.tick;
  }

  get self(): Held {
    const { x, y } = this.#replica.self;
    return { x, y };
  }

  get inputs(): number {
    const missing = (this.#commands - this.#replica.ack) & 0xffff;
    return Math.floor((this.#commands - missing) / commandsPerInput);
  }

  sees(client: number): boolean {
    return client !== this.#guest.index && this.#replica.seen.has(this.#entities.get(client) ?? -1);
  }

  others(): Map<number, Held> {
    const others = new Map<number, Held>();
    for (const [entity, { x, y, told }] of this.#replica.seen) {
      // Whoever is only one of the crowd goes by its entity.
      const index = this.#indexes.get(entity) ?? crowdFrom + entity;
      if (index !== this.#guest.index) others.set(index, { x, y, age: this.#replica.tick - told });
    }
    return others;
  }

  #apply(payload: Buffer, socket: ClientSocket): boolean {
    this.isIn = true;
    const applied = this.#replica.apply(payload);
    if (applied === "bad") throw new Error("a snapshot cannot be read");
    if (applied === "gap") socket.say(JSON.stringify({ type: "state", id: ++this.#requests }));
    return applied === "applied";
  }
}

const still = { dx: 0, dy: 0, buttons: 0 };
