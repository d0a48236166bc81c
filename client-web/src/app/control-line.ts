import type { FromClient, ToClient } from "#shared/protocol/client-master.ts";
import { dial, type Transport, type WebSocketClass } from "../net/transport.ts";
import { fromMaster } from "../net/wire.ts";
import { LineWatch } from "./line-watch.ts";

/** What the platform reports of a connection that ended without a word. */
export const lostCode = 1006;

export interface ControlEvents {
  opened(): void;
  closed(code: number): void;
  heard(message: ToClient): void;
}

/** One connection to the master. `dial` is its number; connections are told apart by it. */
export class ControlLine {
  readonly dial: number;
  readonly #transport: Transport;
  readonly #watch: LineWatch;
  readonly #on: ControlEvents;

  constructor(
    number: number,
    url: string,
    on: ControlEvents,
    host: { readonly now: () => number; readonly Socket?: WebSocketClass | undefined },
  ) {
    this.dial = number;
    this.#on = on;
    this.#watch = new LineWatch((id) => this.tell({ type: "ping", id }));
    this.#transport = dial(
      url,
      {
        opened: () => on.opened(),
        closed: (code) => on.closed(code),
        message: (text) => {
          const message = typeof text === "string" ? fromMaster(text) : undefined;
          if (!message || (message.type === "pong" && this.#watch.answered(message.re, host.now()))) return;
          on.heard(message);
        },
      },
      host.Socket,
    );
  }

  get pingMs(): number | undefined {
    return this.#watch.ms;
  }

  get buffered(): number {
    return this.#transport.stats.buffered;
  }

  tell(message: FromClient): void {
    this.#transport.sendReliable(JSON.stringify(message));
  }

  /** Only once welcomed: before that the master wants to hear one thing. */
  check(now: number, isAnew: boolean): void {
    if (!this.#watch.isDead(now, isAnew)) return;
    this.close();
    this.#on.closed(lostCode);
  }

  close(): void {
    this.#transport.close();
  }
}
