import type { ClientSocket } from "./client-socket.ts";
import type { Held } from "./rounds.ts";

/** How a client comes in. */
export interface Greeting {
  /** What it says when the socket is open, and after the first message. */
  readonly opening?: string | Uint8Array;
  readonly reply?: string | Uint8Array;
  /** After so many messages it is in. */
  readonly messages: number;
  /** Whether a message of "2" is a ping that wants a "3". */
  readonly answersPings: boolean;
}

/** How one client of one system talks: what it says to come in and to walk, and what it understands of the answers. */
export interface Line {
  /** Where to open the socket. */
  path(): Promise<string>;
  readonly greeting: Greeting;
  /** Whether it is in the world. */
  readonly isIn: boolean;
  /** Returns true when the message was a state. @throws when the server refuses */
  hear(payload: Buffer, isText: boolean, socket: ClientSocket): boolean;
  /** The frame for one input, always of the same length. It is the line's own and changes with the next call. */
  input(count: number, dx: number, dy: number): Buffer;

  // What the newest state says.
  readonly tick: number;
  readonly self: Held;
  /** How many inputs it includes. */
  readonly inputs: number;
  sees(client: number): boolean;
  others(): Map<number, Held>;
}

/** Who a line is for, and where it begins. */
export interface Guest {
  readonly index: number;
  readonly port: number;
  readonly start: Held;
}
