import type { Transport as Seam } from "#shared/transport.ts";

/** More than this waiting to leave, and what may be merged is kept back instead of queued. */
const backedUpBytes = 4 * 1024;
/** More than this, and nothing has left for so long that the line is given up. */
export const stuckBytes = 64 * 1024;
const lostCode = 1006;

export interface TransportStats {
  /** Bytes handed to the socket that have not left yet. */
  readonly buffered: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** This end of a connection, and what has passed through it. */
export interface Transport extends Seam {
  readonly stats: TransportStats;
  sendReliable(message: string | Uint8Array<ArrayBuffer>): void;
  sendVolatile(bytes: Uint8Array<ArrayBuffer>): boolean;
}

export interface TransportEvents {
  opened(): void;
  /** Text, or the bytes of a binary frame. */
  message(message: string | Uint8Array): void;
  /** Once, also when the connection never opened or nothing leaves any more (code 1006). Not after `close()`. */
  closed(code: number): void;
}

/** What is used of the platform's WebSocket, the browser's and Node's alike. */
export type WebSocketClass = new (
  url: string,
) => Pick<WebSocket, "binaryType" | "bufferedAmount" | "readyState" | "send" | "close" | "addEventListener">;

const open = 1;

/** Dials `url`. Never throws: an address the platform refuses closes with 1006. */
export function dial(url: string, on: TransportEvents, Socket: WebSocketClass = WebSocket): Transport {
  let socket: InstanceType<WebSocketClass>;
  try {
    socket = new Socket(url);
  } catch {
    return refused(on);
  }
  let isOver = false;
  let isStuck = false;
  let sentBytes = 0;
  let receivedBytes = 0;
  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => {
    if (!isOver) on.opened();
  });
  socket.addEventListener("message", ({ data }) => {
    if (isOver) return;
    const message = typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer);
    receivedBytes += message.length;
    on.message(message);
  });
  const end = (code: number): void => {
    if (isOver) return;
    isOver = true;
    on.closed(code);
  };
  socket.addEventListener("close", ({ code }) => end(code));
  // An error is always followed by a close; listening keeps hosts quiet that complain of unheard ones.
  socket.addEventListener("error", () => {});
  return {
    get bufferedBytes() {
      return isOver ? 0 : socket.bufferedAmount;
    },
    get stats() {
      return { buffered: this.bufferedBytes, sentBytes, receivedBytes };
    },
    sendReliable(message) {
      if (isOver || isStuck || socket.readyState !== open) return;
      if (socket.bufferedAmount > stuckBytes) {
        isStuck = true;
        socket.close();
        // Its close would wait for the same line, and the caller is in the middle of something.
        return queueMicrotask(() => end(lostCode));
      }
      sentBytes += message.length;
      socket.send(message);
    },
    sendVolatile(bytes) {
      if (isOver || socket.readyState !== open || socket.bufferedAmount > backedUpBytes) return false;
      sentBytes += bytes.length;
      socket.send(bytes);
      return true;
    },
    close(code, reason) {
      if (isOver) return;
      isOver = true;
      socket.close(code, reason);
    },
  };
}

function refused(on: TransportEvents): Transport {
  let isOver = false;
  queueMicrotask(() => {
    if (!isOver) on.closed(lostCode);
  });
  return {
    bufferedBytes: 0,
    stats: { buffered: 0, sentBytes: 0, receivedBytes: 0 },
    sendReliable() {},
    sendVolatile: () => false,
    close() {
      isOver = true;
    },
  };
}
