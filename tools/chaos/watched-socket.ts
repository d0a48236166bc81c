import { closeCodes } from "#shared/protocol/close-codes.ts";

/** What a world socket shows of the world behind it. */
export interface SocketNews {
  /** The first state has come, or the last one. */
  changed(live: number): void;
  /** The only one that was live ended without a goodbye, and no other world had let the player in. */
  dropped(world: string, code: number): void;
}

/** The code of a connection that this side gave up. */
const gaveUp = 0;

/**
 * The platform's WebSocket, watched from outside: a world socket is live from its first state on, until it says
 * `departed` or ends. The control socket has no states, so it never is.
 */
export function watchedSocket(news: SocketNews): typeof WebSocket {
  const live = new Set<WebSocket>();
  /** Let in by their world, and not over. */
  const entered = new Set<WebSocket>();
  /** Where the master has the player, by its last word. */
  let home: string | undefined;
  const end = (socket: WebSocket, code: number | undefined): void => {
    entered.delete(socket);
    if (!live.delete(socket)) return;
    const world = worldOf(socket.url);
    // Whoever has travelled on is between two worlds, whatever became of the new one: the old one lets them go.
    const hasLeft =
      entered.size > 0 || (code === closeCodes.removed.code && home !== undefined && home !== world);
    if (code !== undefined && !hasLeft) news.dropped(world, code);
    news.changed(live.size);
  };
  return class extends WebSocket {
    #isGone = false;

    constructor(url: string | URL) {
      super(url);
      this.addEventListener("message", ({ data }) => this.#hear(data));
      this.addEventListener("close", ({ code }) => end(this, code));
    }

    override close(code?: number, reason?: string): void {
      end(this, gaveUp);
      this.#isGone = true;
      super.close(code, reason);
    }

    #hear(data: unknown): void {
      if (this.#isGone) return;
      if (typeof data !== "string") return this.#show();
      home = /"type":"arrived".*"world":"([^"]+)"/.exec(data)?.[1] ?? home;
      if (data.includes('"entered"')) entered.add(this);
      if (!data.includes('"departed"')) return;
      this.#isGone = true;
      end(this, undefined);
    }

    #show(): void {
      if (!entered.has(this) || live.has(this)) return;
      live.add(this);
      news.changed(live.size);
    }
  };
}

/** `/hub.c2` is a launch of hub. */
function worldOf(url: string): string {
  return /^\/([^.]*)/.exec(new URL(url).pathname)?.[1] ?? "";
}
