import { Line, luckOf, type LineShape } from "./line.ts";
import type { WebSocketClass } from "./transport.ts";

type Socket = InstanceType<WebSocketClass>;
type Listener = Parameters<Socket["addEventListener"]>[1];

/**
 * A WebSocket class whose connections run over a bad line, both ways. The same seed loses the same messages; every
 * connection has its own luck.
 */
export function slowed(shape: LineShape, seed: number, Plain: WebSocketClass): WebSocketClass {
  const luck = luckOf(seed);
  return class implements Socket {
    readonly #socket: Socket;
    readonly #up: Queue;
    readonly #down: Queue;

    constructor(url: string) {
      this.#socket = new Plain(url);
      this.#up = new Queue(new Line(shape, luckOf(luck() * 2 ** 32)));
      this.#down = new Queue(new Line(shape, luckOf(luck() * 2 ** 32)));
    }

    get binaryType(): BinaryType {
      return this.#socket.binaryType;
    }

    set binaryType(type) {
      this.#socket.binaryType = type;
    }

    get bufferedAmount(): number {
      return this.#socket.bufferedAmount;
    }

    get readyState(): Socket["readyState"] {
      return this.#socket.readyState;
    }

    send(data: Parameters<Socket["send"]>[0]): void {
      this.#up.push(sizeOf(data), () => this.#socket.send(data));
    }

    close(code?: number, reason?: string): void {
      this.#up.push(0, () => this.#socket.close(code, reason));
    }

    addEventListener(type: string, listener: Listener): void {
      const hear = (event: Event): void =>
        this.#down.push(sizeOf("data" in event ? event.data : undefined), () =>
          typeof listener === "function" ? listener.call(this as never, event) : listener.handleEvent(event),
        );
      this.#socket.addEventListener(type, hear);
    }
  };
}

/** What is under way in one direction. One timer, so that nothing overtakes. */
class Queue {
  readonly #line: Line;
  readonly #waiting: { at: number; arrive: () => void }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(line: Line) {
    this.#line = line;
  }

  push(bytes: number, arrive: () => void): void {
    this.#waiting.push({ at: this.#line.arrival(performance.now(), bytes), arrive });
    if (this.#timer === undefined) this.#wait();
  }

  #wait(): void {
    const [next] = this.#waiting;
    this.#timer = next && setTimeout(() => this.#deliver(), Math.max(0, next.at - performance.now()));
  }

  #deliver(): void {
    this.#timer = undefined;
    const now = performance.now();
    try {
      for (let next = this.#waiting[0]; next && next.at <= now; next = this.#waiting[0]) {
        this.#waiting.shift();
        next.arrive();
      }
    } finally {
      this.#wait();
    }
  }
}

function sizeOf(data: unknown): number {
  if (typeof data === "string") return data.length;
  return ArrayBuffer.isView(data) || data instanceof ArrayBuffer ? data.byteLength : 0;
}
