import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Pipe, type PipeEvents, type Target } from "./pipe.ts";

export interface ProxyOptions {
  /** A socket file; a free port of this machine when absent. */
  readonly path?: string;
  /** Where a connection goes that asked for this: `/hub`. */
  readonly target: (asked: string) => Target;
  readonly on: Omit<PipeEvents, "ended">;
  /** Called for each connection before anything has passed. */
  readonly opened?: (pipe: Pipe) => void;
}

const headBytes = 16 * 1024;

/** Stands between two parties that speak WebSocket, and spoils the lines it is told to spoil. */
export class Proxy implements AsyncDisposable {
  readonly pipes = new Set<Pipe>();
  readonly #options: ProxyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: ProxyOptions) {
    this.#options = options;
    this.#server = createServer((near) => this.#accept(near));
  }

  static async open(options: ProxyOptions): Promise<Proxy> {
    const proxy = new Proxy(options);
    if (options.path === undefined) proxy.#server.listen(0, "127.0.0.1");
    else proxy.#server.listen(options.path);
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const pipe of this.pipes) pipe.end("reset");
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Where it goes is known from its first line. */
  #accept(near: Socket): void {
    this.#sockets.add(near);
    near.on("error", () => {}).on("close", () => this.#sockets.delete(near));
    let head = Buffer.alloc(0);
    let pipe: Pipe | undefined;
    near.on("data", (chunk: Buffer) => {
      if (pipe) return pipe.take("up", chunk);
      head = Buffer.concat([head, chunk]);
      if (head.length > headBytes) return near.destroy();
      const asked = /^GET (\S+) HTTP\/1\.1\r\n/.exec(head.toString("latin1"))?.[1];
      if (asked === undefined) return;
      pipe = this.#connect(near, asked);
      pipe.take("up", head);
    });
  }

  #connect(near: Socket, asked: string): Pipe {
    const { target, on, opened } = this.#options;
    const pipe = new Pipe(near, target(asked), asked, {
      ...on,
      ended: (pipe) => void this.pipes.delete(pipe),
    });
    this.pipes.add(pipe);
    opened?.(pipe);
    return pipe;
  }
}
