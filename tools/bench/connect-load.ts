import { setTimeout as pause } from "node:timers/promises";
import { type Talk, talks } from "./chat-talks.ts";
import { report } from "./load-process.ts";
import type { SystemName } from "./row.ts";
import { ClientSocket } from "./world-move/client-socket.ts";

export interface ConnectOrder {
  readonly system: SystemName;
  readonly port: number;
}

/** So many clients come in, so many at a time; then they go or stay. */
export interface Arrival {
  readonly count: number;
  readonly atOnce: number;
  readonly stay: boolean;
}

/** Everybody of an arrival is in. */
export interface Arrived {
  readonly type: "arrived";
  /** Different sessions they were given. */
  readonly sessions: number;
  /** Connections that stayed and are still there. */
  readonly open: number;
}

class Crowd {
  readonly #order: ConnectOrder;
  readonly #talk: Talk;
  readonly #shared = Buffer.allocUnsafe(256 * 1024);
  readonly #staying = new Set<ClientSocket>();

  constructor(order: ConnectOrder) {
    const talk = talks[order.system];
    if (!talk) throw new Error(`${order.system} has no chat`);
    this.#order = order;
    this.#talk = talk;
  }

  async arrive({ count, atOnce, stay }: Arrival): Promise<Arrived> {
    const sessions = new Set<string>();
    let next = 0;
    const one = async (): Promise<void> => {
      while (next < count) {
        const index = next++;
        sessions.add((await this.#comeIn(stay)) || String(index));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, one));
    return { type: "arrived", sessions: sessions.size, open: this.#staying.size };
  }

  #comeIn(stay: boolean): Promise<string> {
    const { port } = this.#order;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const begin = (path: string): void => {
      const socket = new ClientSocket(port, path, this.#shared, {
        open: () => this.#talk.opened(socket),
        message: (payload) => {
          try {
            const session = this.#talk.hear(payload, socket);
            if (session === undefined) return;
            resolve(session);
            if (!stay) socket.close();
          } catch (error) {
            reject(error);
          }
        },
        closed: () => {
          this.#staying.delete(socket);
          reject(new Error("a connection was closed before the first reply"));
        },
      });
      if (stay) this.#staying.add(socket);
    };
    this.#talk.path(port).then(begin).catch(reject);
    return promise;
  }
}

async function main(order: ConnectOrder): Promise<void> {
  const crowd = new Crowd(order);
  let arrival = await report<Arrival>({ type: "ready" });
  for (;;) {
    const arrived = await crowd.arrive(arrival);
    // Let those who went be gone at the server too, which tells nobody.
    if (!arrival.stay) await pause(500);
    arrival = await report<Arrival>(arrived);
  }
}

main(JSON.parse(process.argv[2] ?? "{}") as ConnectOrder).catch((error: unknown) => {
  process.send?.({ type: "failed", reason: error instanceof Error ? error.message : String(error) });
});
