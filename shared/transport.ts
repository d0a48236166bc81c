/**
 * One connection to a peer, seen from either end. Today a WebSocket: everything arrives, in order.
 *
 * A lossy transport needs nothing more from the messages: a snapshot names its tick and the snapshot it
 * continues (`base`), and the newest command in it (`ack`); commands are numbered, and say which snapshot
 * their sender has (`seen`). So one that is lost is noticed, one that is late is told from a new one, and
 * what was lost is sent again as part of a newer one. Reliable messages would stay on the WebSocket.
 */
export interface Transport {
  /** Handed over, and not gone yet. */
  readonly bufferedBytes: number;
  /** Queues a message that must arrive, in order. Nothing happens once closed. */
  sendReliable(message: string | Uint8Array): void;
  /** Sends what a newer message would replace. False when the line is backed up: not sent, keep the newest. */
  sendVolatile(bytes: Uint8Array): boolean;
  /** Says goodbye; what was queued before still leaves. `code` is one a WebSocket may close with. */
  close(code?: number, reason?: string): void;
}
