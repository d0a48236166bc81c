/** What a world socket shows of the world behind it. */
export interface SocketNews {
  /** The first state has come, or the last one. */
  changed(live: number): void;
  /** One that was live ended without a goodbye; `live` others are left. */
  dropped(world: string, code: number, live: number): void;
}

/** The code of a connection that this side gave up. */
const gaveUp = 0;

/**
 * The platform's WebSocket, watched from outside: a world socket is live from its first state on, until it says
 * `departed` or ends. The control socket has no states, so it never is.
 */
export function watchedSocket(news: SocketNews): typeof WebSocket {
  const live = new Set<WebSocket>();
  const end = (socket: WebSocket, code: number | undefined): void => {
    if (!live.delete(socket)) return;
    if (code !== undefined) news.dropped(worldOf(socket.url), code, live.size);
    news.changed(live.size);
  };
  return class extends WebSocket {
    #isEntered = false;
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
      if (data.includes('"entered"')) this.#isEntered = true;
      if (!data.includes('"departed"')) return;
      this.#isGone = true;
      end(this, undefined);
    }

    #show(): void {
      if (!this.#isEntered || live.has(this)) return;
      live.add(this);
      news.changed(live.size);
    }
  };
}

/** `/hub.c2` is a launch of hub. */
function worldOf(url: string): string {
  return /^\/([^.]*)/.exec(new URL(url).pathname)?.[1] ?? "";
}
