import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocketServer } from "ws";
import { fromClient, type FromClient, type ToClient } from "#shared/protocol/client-master.ts";
import type { CloseName } from "#shared/protocol/close-codes.ts";
import { encode } from "#shared/protocol/frame.ts";
import type { Refusal } from "#shared/refusal.ts";
import { type Clock, Link, type LinkBounds } from "./link.ts";
import { turnAway } from "./upgrade.ts";
import { WsTransport } from "./ws-transport.ts";

/** Connections that are refused: they are told why before they are closed, but only so many at once. */
export class RefusedVisits {
  readonly #sockets: WebSocketServer;
  readonly #clock: Clock;
  readonly #bounds: LinkBounds;
  readonly #atOnce: number;
  #count = 0;

  constructor(sockets: WebSocketServer, clock: Clock, bounds: LinkBounds, atOnce: number) {
    this.#sockets = sockets;
    this.#clock = clock;
    this.#bounds = bounds;
    this.#atOnce = atOnce;
  }

  refuse(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    { reason, close }: { reason?: Refusal; close: CloseName },
  ): void {
    if (this.#count >= this.#atOnce) return turnAway(socket, 503);
    this.#count++;
    socket.once("close", () => this.#count--);
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const transport = new WsTransport(webSocket, socket);
      const link = new Link<FromClient>(transport, this.#clock, fromClient, this.#bounds, deaf);
      if (reason) link.send(encode({ type: "rejected", reason } satisfies ToClient));
      link.close(close);
    });
  }
}

const deaf = { message: () => {}, violated: () => {}, answered: () => {}, closed: () => {} };
