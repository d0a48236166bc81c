import type { Duplex } from "node:stream";
import { STATUS_CODES } from "node:http";
import type { ServerOptions } from "ws";
import type { Inbox, Kind } from "#core/inbox.ts";
import type { Address } from "#shared/address.ts";
import type { Limits } from "#shared/limits.ts";
import type { LinkBounds } from "./link.ts";
import type { TransportOptions } from "./web-socket-transport.ts";

/** How a gateway puts something into a machine's inbox. */
export type Tell = <K extends Kind>(from: Address, to: Address<K>, body: Inbox[K]) => void;

/** An adapter's event for the log: a name like `link.closed`, and what is worth keeping of it. */
export type Report = (event: string, fields: Readonly<Record<string, string | number | undefined>>) => void;

/** How long a peer may take to answer a goodbye. */
const closeMs = 2000;
/** Frames a little too large are read, so that their sender is told why before it is closed. */
const readableFactor = 4;

/** What every WebSocket listener of Portcade has in common: no compression, small frames, short goodbyes. */
export function serverOptions(frameBytes: number): ServerOptions {
  return {
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: frameBytes * readableFactor,
    closeTimeout: closeMs,
  } as ServerOptions;
}

/** The same for a connection of our own framing. */
export function transportOptions(frameBytes: number): Pick<TransportOptions, "maxBytes" | "closeMs"> {
  return { maxBytes: frameBytes * readableFactor, closeMs };
}

export function linkBounds(
  limits: Limits,
  own: Pick<LinkBounds, "firstBytes" | "bytes" | "framesPerSecond" | "frameBurst">,
): LinkBounds {
  return {
    ...own,
    depth: limits.jsonDepth,
    strikes: limits.strikes,
    pingMs: limits.pingMs,
    pongMs: limits.pongMs,
    pauseBytes: limits.pauseBufferedBytes,
    dropBytes: limits.dropBufferedBytes,
  };
}

/** Answers an upgrade that will not happen. `headers` are whole lines. */
export function turnAway(socket: Duplex, status: number, headers: readonly string[] = []): void {
  socket.on("error", () => socket.destroy());
  // A peer that keeps its half open must not keep ours.
  socket.once("finish", () => socket.destroy());
  const statusLine = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`;
  socket.end([statusLine, "Connection: close", "Content-Length: 0", ...headers, "", ""].join("\r\n"));
}
