import { closeCodes } from "#shared/protocol/close-codes.ts";

/** What a world socket shows of the world behind it. */
export interface SocketNews {
  /** The first state has come, or the last one. */
  changed(live: number): void;
  /** The only one that was live ended without a goodbye, and no other world had let the player in. */
  dropped(drop: { world: string; code: number; socket: string }): void;
}

/** The code of a connection that this side gave up. */
const gaveUp = 0;

let dialled = 0;

/**
 * The platform's WebSocket, watched from outside: a world socket is live from its first state on, until it says
 * `departed` or ends. The control socket has no states, so it never is. Each dials under a name of its own, by which
 * the driver knows the line at the other end of it.
 */
export function watchedSocket(bot: number, news: SocketNews): typeof WebSocket {
  const live = new Set<WebSocket>();
  /** Let in by their world, and not over. */
  const entered = new Set<WebSocket>();
  /** Where the master has the player, by its last word. */
  let home: string | undefined;
  const end = (socket: WebSocket & { readonly name: string }, code: number | undefined): void => {
    entered.delete(socket);
    if (!live.delete(socket)) return;
    const world = worldOf(socket.url);
    // Whoever has travelled on is between two worlds, whatever became of the new one: the old one lets them go.
    const hasLeft =
      entered.size > 0 || (code === closeCodes.removed.code && home !== undefined && home !== world);
    if (code !== undefined && !hasLeft) news.dropped({ world, code, socket: socket.name });
    news.changed(live.size);
  };
  return class extends WebSocket {
    readonly name: string;
    #isGone = false;

    constructor(url: string | URL) {
      const name = `${bot}.${(dialled += 1)}`;
      super(named(url, name));
      this.name = name;
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

function named(url: string | URL, name: string): URL {
  const own = new URL(url);
  own.searchParams.set("socket", name);
  return own;
}

/** `/hub.c2` is a launch of hub. */
function worldOf(url: string): string {
  return /^\/([^.]*)/.exec(new URL(url).pathname)?.[1] ?? "";
}
