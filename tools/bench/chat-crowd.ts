import { setTimeout as pause } from "node:timers/promises";
import { figuresOf } from "./figures.ts";
import type { ChatOrder, Spell, Spoken } from "./chat-load.ts";
import { indexIn, lineOf, type Talk, talks } from "./chat-talks.ts";
import { ClientSocket } from "./world-move/client-socket.ts";

const enteringAtOnce = 50;
/** So long nothing may be heard before a spell is given up. */
const patienceMs = 5000;
const sentKept = 4096;

/** One client of the room. */
class Listener {
  readonly socket: ClientSocket;
  /** Lines heard of this spell, and in which order, as a number. */
  heard = 0;
  order = 0;
  framesBefore = 0;

  constructor(socket: ClientSocket) {
    this.socket = socket;
  }
}

/** Everybody in one chat room: says lines and checks that all hear every one of them once, in one order. */
export class ChatCrowd {
  readonly #order: ChatOrder;
  readonly #talk: Talk;
  readonly #listeners: Listener[] = [];
  readonly #sentAt = new Float64Array(sentKept);
  /** How many of the sampled still have to hear it. */
  readonly #awaited = new Int32Array(sentKept);
  #spell: Spell | undefined;
  #isSaying = false;
  #said = 0;
  /** The lines as the first listener hears them. */
  #story: number[] = [];
  #latencies: number[] | undefined;
  #framesAtOpen = 0;
  /** Told of everything that comes, once nothing more is said. */
  #stir: (() => void) | undefined;
  #delivered = 0;
  #p = { p50: Number.NaN, p99: Number.NaN };

  constructor(order: ChatOrder) {
    const talk = talks[order.system];
    if (!talk) throw new Error(`${order.system} has no chat`);
    this.#order = order;
    this.#talk = talk;
  }

  async enter(): Promise<void> {
    const shared = Buffer.allocUnsafe(256 * 1024);
    const sessions = new Set<string>();
    let next = 0;
    const one = async (): Promise<void> => {
      while (next < this.#order.n) {
        const index = next++;
        sessions.add((await this.#comeIn(shared)) || String(index));
      }
    };
    await Promise.all(Array.from({ length: enteringAtOnce }, one));
    if (sessions.size !== this.#order.n)
      throw new Error(`${sessions.size} sessions for ${this.#order.n} clients`);
    // What a session is told besides, such as its first lease, shall not be counted as a line; nothing says that it was all.
    await pause(1000);
  }

  begin(spell: Spell): void {
    this.#spell = spell;
    [this.#said, this.#story, this.#isSaying] = [0, [], true];
    for (const [index, listener] of this.#listeners.entries()) {
      [listener.heard, listener.order] = [0, 0];
      listener.framesBefore = listener.socket.frames;
      listener.socket.readsAll = index < spell.sampled;
    }
    if (spell.perSecond === undefined) for (let line = 0; line < (spell.inFlight ?? 1); line++) this.#say();
    else void this.#sayEvery(1000 / spell.perSecond);
  }

  openWindow(): void {
    this.#latencies = [];
    this.#framesAtOpen = this.#linesReceived();
  }

  closeWindow(): void {
    this.#delivered = this.#linesReceived() - this.#framesAtOpen;
    const { p50, p99 } = figuresOf(this.#latencies ?? []);
    this.#p = { p50, p99 };
    this.#latencies = undefined;
  }

  /** Lets everything be heard that was said. */
  async end(): Promise<Spoken> {
    this.#isSaying = false;
    await this.#allHeard();
    return { type: "spoken", delivered: this.#delivered, latencies: this.#p, faults: this.#faults() };
  }

  /** Resolves as well when nothing has come for too long. */
  async #allHeard(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = setTimeout(resolve, patienceMs);
    const look = (): void => {
      late.refresh();
      if (this.#linesReceived() >= this.#said * this.#order.n) resolve();
    };
    this.#stir = look;
    look();
    await promise;
    this.#stir = undefined;
    clearTimeout(late);
  }

  #comeIn(shared: Buffer): Promise<string> {
    const { port } = this.#order;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const begin = (path: string): void => {
      const socket = new ClientSocket(port, path, shared, {
        open: () => this.#talk.opened(socket),
        message: (payload) => {
          const index = indexIn(payload);
          // Small frames are always looked at; those of listeners who are not sampled are only counted.
          if (index >= 0) return socket.readsAll ? this.#hear(listener, index) : undefined;
          try {
            const session = this.#talk.hear(payload, socket);
            if (session !== undefined) resolve(session);
          } catch (error) {
            reject(error);
          }
        },
        closed: () => reject(new Error("a connection was closed")),
        read: () => this.#stir?.(),
      });
      const listener = new Listener(socket);
      this.#listeners.push(listener);
    };
    this.#talk.path(port).then(begin).catch(reject);
    return promise;
  }

  #hear(listener: Listener, index: number): void {
    if (index !== this.#story[listener.heard]) {
      if (listener.heard === this.#story.length) this.#story.push(index);
      else listener.order = Number.NaN;
    }
    listener.heard++;
    const at = index % sentKept;
    this.#latencies?.push(performance.now() - (this.#sentAt[at] as number));
    if (--(this.#awaited[at] as number) > 0) return;
    if (this.#isSaying && this.#spell?.perSecond === undefined) this.#say();
  }

  #say(): void {
    const index = this.#said++;
    const at = index % sentKept;
    const talkers = Math.min(this.#spell?.sampled ?? 1, this.#order.n);
    this.#awaited[at] = talkers;
    this.#sentAt[at] = performance.now();
    this.#listeners[index % Math.min(talkers, 64)]?.socket.send(this.#talk.say(lineOf(index)));
  }

  async #sayEvery(ms: number): Promise<void> {
    const from = performance.now();
    for (let turn = 1; this.#isSaying; turn++) {
      this.#say();
      await pause(Math.max(0, from + turn * ms - performance.now()));
    }
  }

  /** Of all listeners; of those that are not read line by line, frames, all of which are lines. */
  #linesReceived(): number {
    let sum = 0;
    for (const { socket, heard, framesBefore } of this.#listeners)
      sum += socket.readsAll ? heard : socket.frames - framesBefore;
    return sum;
  }

  #faults(): string[] {
    const faults: string[] = [];
    const { n } = this.#order;
    if (new Set(this.#story).size !== this.#said)
      faults.push(`${this.#story.length} lines heard of ${this.#said} said`);
    const deaf = this.#listeners.filter(({ socket, heard, framesBefore }) =>
      socket.readsAll ? heard !== this.#said : socket.frames - framesBefore !== this.#said,
    ).length;
    if (deaf > 0) faults.push(`${deaf} of ${n} did not hear every line once`);
    const astray = this.#listeners.filter(({ order }) => Number.isNaN(order)).length;
    if (astray > 0) faults.push(`${astray} of ${n} heard another order`);
    return faults;
  }
}
