import { ClientSocket } from "./client-socket.ts";
import { Crowd } from "./crowd.ts";
import type { Received } from "./crowd.ts";
import type { Line } from "./line.ts";
import { ColyseusLine, JsonLine, PackedLine, SocketIoLine } from "./peer-lines.ts";
import { PortcadeLine } from "./portcade-line.ts";
import { Rounds } from "./rounds.ts";
import type { Reach } from "./rounds.ts";
import { Trail } from "./trail.ts";
import { inputsPerSecond, Walker } from "./walkers.ts";
import type { SystemName } from "../row.ts";
import { figuresOf } from "../figures.ts";

/** What the generator is told, as its one argument in JSON. */
export interface GeneratorOrder {
  readonly system: SystemName;
  readonly port: number;
  readonly n: number;
  readonly seed: number;
  readonly reach: Reach;
  readonly warmMs: number;
  readonly windowMs: number;
  /** The compiled crowd, for those who are not sampled; without it everybody is played here. */
  readonly crowd?: string | undefined;
  /** For tests of the check: one held position is moved before it is compared. */
  readonly plantsFault: boolean;
}

/** What it saw in its window. */
export interface Sight {
  readonly kBps: number;
  readonly hz: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly latencies: number;
  /** How many others a client saw, on average. */
  readonly inView: number;
  readonly compared: number;
  readonly stale: number;
  readonly faults: readonly string[];
}

/** Generator → bench: everybody is in and settled; the window is over; what was seen; or why there is nothing. */
export type FromGenerator =
  | { readonly type: "settled"; readonly pids: readonly number[] }
  | { readonly type: "ended" }
  | { readonly type: "saw"; readonly sight: Sight }
  | { readonly type: "failed"; readonly reason: string };

const mostSampled = 24;
/** Memberships and positions are compared in one tick out of so many. */
const checkEvery = 10;
const connectAtOnce = 32;
const periodMs = 1000 / inputsPerSecond;
/** Longer than any run: a server may lag by all of it. */
const sentKept = 1024;
/** What a window may take longer than planned. */
const spareMs = 20_000;

class Client {
  readonly line: Line;
  readonly index: number;
  readonly walker: Walker;
  readonly isSampled: boolean;
  readonly sentAt = new Float64Array(sentKept);
  sent = 0;
  socket: ClientSocket | undefined;

  constructor(index: number, line: Line, walker: Walker, isSampled: boolean) {
    this.index = index;
    this.line = line;
    this.walker = walker;
    this.isSampled = isSampled;
  }

  walk(): void {
    const { line, walker, socket } = this;
    if (!socket) return;
    walker.step();
    const frame = line.input(this.sent, walker.dx, walker.dy);
    if ("trail" in line && line.trail instanceof Trail) line.trail.add(walker);
    this.sentAt[this.sent++ % sentKept] = performance.now();
    socket.send(socket.isIdle ? frame : Buffer.from(frame));
  }
}

class Generator {
  readonly #order: GeneratorOrder;
  readonly #clients: Client[] = [];
  readonly #sampled: number[];
  /** Those who are played here. */
  #walking: readonly Client[] = [];
  readonly #shared = Buffer.allocUnsafe(256 * 1024);
  #crowd: Crowd | undefined;
  #rounds: Rounds | undefined;
  #isWindow = false;
  #isOver = false;

  constructor(order: GeneratorOrder) {
    this.#order = order;
    const { n, seed } = order;
    const makeLine = lineMaker(order);
    const step = Math.max(1, n / mostSampled);
    this.#sampled = Array.from({ length: Math.min(n, mostSampled) }, (_, each) => Math.floor(each * step));
    for (let index = 0; index < n; index++) {
      const walker = new Walker(seed, index);
      const { x, y } = walker;
      this.#clients.push(new Client(index, makeLine(index, { x, y }), walker, this.#sampled.includes(index)));
    }
  }

  async run(): Promise<Sight> {
    const { warmMs, windowMs, reach } = this.#order;
    await this.#enter();
    const rounds = new Rounds(reach, (client, input) => this.#clients[client]?.sentAt[input % sentKept] ?? 0);
    this.#rounds = rounds;
    this.#walk();
    await pause(warmMs);
    tell({ type: "settled", pids: [process.pid, ...(this.#crowd ? [this.#crowd.pid] : [])] });
    await told();
    rounds.begin();
    this.#isWindow = true;
    const before = await this.#received();
    const from = performance.now();
    await pause(windowMs);
    const seconds = (performance.now() - from) / 1000;
    const after = await this.#received();
    this.#rounds = undefined;
    tell({ type: "ended" });
    // Everybody stays until the server has been looked at.
    await told();
    this.#isOver = true;
    this.#crowd?.close();
    rounds.finish();
    const { p50: p50Ms, p99: p99Ms, count: latencies } = figuresOf(rounds.latencies);
    const { compared, stale, faults } = rounds;
    const perClient = this.#order.n * seconds;
    const kBps = (after.bytes - before.bytes) / 1000 / perClient;
    const hz = (after.frames - before.frames) / perClient;
    return { kBps, hz, p50Ms, p99Ms, latencies, inView: rounds.inView, compared, stale, faults };
  }

  async #received(): Promise<Received> {
    let { frames, bytes } = (await this.#crowd?.received()) ?? { frames: 0, bytes: 0 };
    for (const { socket } of this.#clients) {
      frames += socket?.frames ?? 0;
      bytes += socket?.bytes ?? 0;
    }
    return { frames, bytes };
  }

  async #enter(): Promise<void> {
    const { crowd: program, port, warmMs, windowMs } = this.#order;
    const played = this.#clients.filter(({ isSampled }) => isSampled || program === undefined);
    const others = this.#clients.filter((client) => !played.includes(client));
    const waiting = played.values();
    const enterOneByOne = async (): Promise<void> => {
      for (const client of waiting) await this.#connect(client);
    };
    await Promise.all(Array.from({ length: connectAtOnce }, enterOneByOne));
    this.#walking = played;
    if (others.length === 0 || program === undefined) return;
    const steps = Math.ceil((warmMs + windowMs + spareMs) / periodMs);
    this.#crowd = await Crowd.enter(others, { program, port, periodMs, steps, failed: fail });
  }

  async #connect(client: Client): Promise<void> {
    const { line } = client;
    const path = await line.path();
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = new ClientSocket(this.#order.port, path, this.#shared, {
      open: () => line.greeting.opening === undefined || socket.say(line.greeting.opening),
      message: (payload, isText) => {
        // Of a client that only adds to the load, nothing but Engine.IO's ping needs an answer.
        if (!socket.readsAll && payload.length > 1) return;
        if (line.hear(payload, isText, socket) && this.#rounds) this.#note(client, this.#rounds);
        if (!line.isIn) return;
        socket.readsAll = client.isSampled;
        resolve();
      },
      // At any time: a run that lost somebody measured something else.
      closed: () => this.#isOver || fail(new Error("a client was disconnected")),
    });
    client.socket = socket;
    await promise;
  }

  /** Spreads the clients over the period, so that their inputs come at any time of a tick. */
  #walk(): void {
    const n = this.#walking.length;
    this.#crowd?.walk();
    const from = performance.now();
    let done = 0;
    const go = (): void => {
      if (this.#isOver) return;
      const due = Math.floor(((performance.now() - from) / periodMs) * n);
      for (; done < due; done++) this.#walking[done % n]?.walk();
      setTimeout(go, 1);
    };
    go();
  }

  #note({ index: client, line }: Client, rounds: Rounds): void {
    const { tick, self, inputs } = line;
    const told = {
      client,
      atMs: performance.now(),
      inputs,
      self,
      sees: this.#sampled.filter((each) => line.sees(each)),
    };
    if (!this.#isWindow || tick % checkEvery !== 0) return rounds.add(tick, told);
    const others = line.others();
    const [first] = others;
    if (first && this.#order.plantsFault) others.set(first[0], { x: first[1].x + 3, y: first[1].y });
    rounds.add(tick, { ...told, others });
  }
}

function lineMaker({
  system,
  port,
}: GeneratorOrder): (index: number, start: { x: number; y: number }) => Line {
  const indexes = new Map<number, number>();
  const entities = new Map<number, number>();
  const lines = {
    portcade: PortcadeLine,
    "colyseus-view": ColyseusLine,
    "colyseus-all": ColyseusLine,
    socketio: SocketIoLine,
    "ws-json": JsonLine,
    "c-epoll": PackedLine,
  };
  return (index, start) => new lines[system]({ index, port, start }, indexes, entities);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whatever the bench says means: go on. */
function told(): Promise<unknown> {
  return new Promise((goOn) => process.once("message", goOn));
}

function tell(message: FromGenerator): void {
  process.send?.(message);
}

function fail(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  process.send?.({ type: "failed", reason } satisfies FromGenerator, () => process.exit(1));
}

process.on("uncaughtException", fail);
process.once("disconnect", () => process.exit(1));
const order = JSON.parse(process.argv[2] ?? "") as GeneratorOrder;
try {
  const sight = await new Generator(order).run();
  process.send?.({ type: "saw", sight } satisfies FromGenerator, () => process.exit(0));
} catch (error) {
  fail(error);
}
