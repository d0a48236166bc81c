import type { ClientSocket } from "./client-socket.ts";
import type { Held } from "./rounds.ts";

/** How one client of one system talks: what it says to come in and to walk, and what it understands of the answers. */
export interface Line {
  /** Where to open the socket. */
  path(): Promise<string>;
  opened(socket: ClientSocket): void;
  /** Whether it is in the world. */
  readonly isIn: boolean;
  /** Returns true when the message was a state. @throws when the server refuses */
  hear(payload: Buffer, isText: boolean, socket: ClientSocket): boolean;
  /** The frame for one input. It is the line's own and changes with the next call. */
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
