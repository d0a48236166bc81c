import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { AddressLimits, addressOf } from "#adapters/ws/address-limits.ts";
import { Allowance } from "#adapters/ws/allowance.ts";
import { acceptWebSocket } from "#adapters/ws/handshake.ts";
import { Link } from "#adapters/ws/link.ts";
import type { Clock, LinkBounds } from "#adapters/ws/link.ts";
import type { LinkTransport } from "#adapters/ws/link-transport.ts";
import { isOriginAllowed } from "#adapters/ws/origin.ts";
import { linkBounds, transportOptions, turnAway } from "#adapters/ws/upgrade.ts";
import type { Limits } from "#shared/limits.ts";
import type { FromPlayer } from "#shared/protocol/client-world.ts";
import type { CloseName } from "#shared/protocol/close-codes.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import { isCommands } from "#shared/protocol/commands.ts";
import type { Endpoint, LaunchOrder } from "#shared/protocol/launch-master.ts";
import type { Refusal } from "#shared/refusal.ts";
import { protocol } from "#shared/version.ts";
import { sha256 } from "./digest.ts";
import type { Launch } from "./launch.ts";
import type { Log } from "./log.ts";
import { Player } from "./player.ts";
import { fromPlayerCheck } from "./wire-checks.ts";

const headBytes = 8 * 1024;
/** A slow sender cannot hold a connection; the check runs often enough to mean it. */
const httpOptions = ({ helloMs }: Limits): ServerOptions => ({
  maxHeaderSize: headBytes,
  headersTimeout: helloMs,
  requestTimeout: 2 * helloMs,
  keepAliveTimeout: helloMs,
  connectionsCheckingInterval: 1000,
});

export interface PlayerGatewayDeps {
  readonly launch: Pick<Launch, "show" | "receive" | "restate" | "usePortal" | "interact" | "disconnect">;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
  readonly origins: readonly string[];
}

interface Visitor {
  readonly connection: string;
  readonly link: Link<FromPlayer>;
  readonly player: Player;
  /** What it may speak to or touch: as often as it may chat, for what comes of it is said to many as well. */
  readonly touches: Allowance;
  hasEntered: boolean;
  stopTimer: () => void;
}

/** The door players come by: sockets turned into what a launch understands, and nothing a socket says is trusted. */
export class PlayerGateway {
  readonly #deps: PlayerGatewayDeps;
  readonly #bounds: LinkBounds;
  readonly #addresses: AddressLimits;
  readonly #origins: ReadonlySet<string>;
  readonly #visitors = new Set<Visitor>();
  #http: Server | undefined;
  #connections = 0;
  #violations = 0;

  constructor(deps: PlayerGatewayDeps) {
    const { limits, clock, origins } = deps;
    this.#deps = deps;
    this.#bounds = {
      ...linkBounds(limits, {
        firstBytes: limits.helloFrameBytes,
        bytes: limits.worldClientFrameBytes,
        framesPerSecond: limits.worldFramesPerSecond,
        frameBurst: limits.worldFrameBurst,
      }),
      bytesPerSecond: limits.worldBytesPerSecond,
    };
    this.#addresses = new AddressLimits(limits, clock);
    this.#origins = new Set(origins);
  }

  get connections(): number {
    return this.#visitors.size;
  }

  /** Frames refused so far. */
  get violations(): number {
    return this.#violations;
  }

  get bufferedBytes(): number {
    return [...this.#visitors].reduce((sum, { link }) => sum + link.bufferedBytes, 0);
  }

  /** Listens where the order says; a TCP port that is taken is replaced by a free one. Rejects when there is no way. */
  async listen(where: LaunchOrder["listen"], tls?: LaunchOrder["tls"]): Promise<Endpoint> {
    const http = await this.#createServer(tls);
    http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    http.on("clientError", (_, socket) => socket.destroy());
    http.maxConnections = this.#deps.limits.connectionsTotal;
    this.#http = http;
    if ("socket" in where) {
      await bind(http, () => http.listen(where.socket));
      return { socket: where.socket };
    }
    const { host, port } = where;
    try {
      await bind(http, () => http.listen(port, host));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      this.#deps.log.warn("gateway.portTaken", `port ${port} is taken; a free one is used`, { port });
      await bind(http, () => http.listen(0, host));
    }
    return { port: (http.address() as AddressInfo).port };
  }

  /** No more newcomers; resolves when everybody's socket has ended. */
  async close(why: CloseName): Promise<void> {
    this.#http?.close();
    const gone = [...this.#visitors].map(({ link }) => {
      link.close(why);
      return link.gone;
    });
    await Promise.all(gone);
    this.#http?.closeAllConnections();
  }

  /** A world without TLS of its own never loads it. */
  async #createServer(tls: LaunchOrder["tls"]): Promise<Server> {
    const answer = (_: IncomingMessage, response: ServerResponse): void =>
      void response.writeHead(426, { connection: "close" }).end();
    const options = httpOptions(this.#deps.limits);
    if (!tls) return createServer(options, answer);
    const https = await import("node:https");
    return https.createServer({ ...options, ...tls }, answer);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // The handshake is not over yet: a socket that breaks in it must not end the process.
    socket.on("error", () => socket.destroy());
    const address = addressOf(request);
    if (this.#addresses.connect(address)) return turnAway(socket, 503);
    socket.once("close", () => this.#addresses.release(address));
    const options = transportOptions(this.#deps.limits.worldClientFrameBytes);
    const transport = acceptWebSocket(request, socket, head, options);
    if (!transport) return;
    if (this.#isWelcome(request)) this.#admit(transport);
    else refuse(transport, "originRefused");
  }

  /** The page came from this host by the master's port, from loopback, or from where the order says. */
  #isWelcome({ headers: { origin, host } }: IncomingMessage): boolean {
    const isSameName =
      origin !== undefined && host !== undefined && nameOf(origin) === nameOf(`http://${host}`);
    return isOriginAllowed(origin, isSameName ? URL.parse(origin)?.host : undefined, this.#origins);
  }

  #admit(transport: LinkTransport): void {
    const { clock, limits, launch, log } = this.#deps;
    const connection = `p${++this.#connections}`;
    const link = new Link<FromPlayer>(transport, clock, fromPlayerCheck, this.#bounds, {
      message: (message) => this.#hear(visitor, message),
      binary: (bytes) => this.#command(visitor, bytes),
      violated: (why, fault) => this.#violated(visitor, why, fault),
      answered: () => {},
      closed: (code) => {
        visitor.stopTimer();
        this.#visitors.delete(visitor);
        log.debug("link.closed", { connection, code });
        launch.disconnect(connection);
      },
    });
    const stopTimer = clock.wakeAt(clock.now() + limits.helloMs, () => link.close("helloTimeout"));
    const player = new Player(link, limits.snapshotBufferedBytes);
    const { chatCount, chatWindowMs } = limits;
    const touches = new Allowance(chatCount / chatWindowMs, chatCount, clock.now());
    const visitor: Visitor = { connection, link, player, touches, hasEntered: false, stopTimer };
    this.#visitors.add(visitor);
    log.debug("link.opened", { connection });
  }

  #hear(visitor: Visitor, message: FromPlayer): void {
    const { connection, player } = visitor;
    if (message.type === "enter") return this.#enter(visitor, message);
    if (!visitor.hasEntered) return this.#violated(visitor, "helloExpected", message.type);
    if (message.type === "ping") return player.say({ type: "pong", re: message.id });
    if (message.type === "state") return this.#deps.launch.restate(connection);
    if (message.type === "interact") return this.#interact(visitor, message);
    this.#deps.launch.usePortal(connection, message.id, message.portal);
  }

  #interact(visitor: Visitor, { id, entity }: Extract<FromPlayer, { type: "interact" }>): void {
    const { connection, player, touches } = visitor;
    const { clock, launch } = this.#deps;
    if (touches.take(clock.now())) return launch.interact(connection, id, entity);
    player.say({ type: "interact.denied", re: id, entity, reason: "too_many_requests" });
  }

  #enter(visitor: Visitor, { id, protocol: spoken, ticket }: Extract<FromPlayer, { type: "enter" }>): void {
    const { connection, player, hasEntered } = visitor;
    if (hasEntered) return this.#refuse(visitor, "bad_request", "badFrame", id);
    if (spoken < protocol.oldest || spoken > protocol.newest)
      return this.#refuse(visitor, "protocol_unsupported", "protocolUnsupported", id);
    visitor.hasEntered = true;
    visitor.stopTimer();
    this.#deps.launch.show(connection, player, id, sha256(ticket));
  }

  #command(visitor: Visitor, bytes: Uint8Array): void {
    if (!visitor.hasEntered) return this.#violated(visitor, "helloExpected", "binary");
    if (!isCommands(bytes)) return this.#violated(visitor, "badFrame", "not_commands");
    this.#deps.launch.receive(visitor.connection, bytes);
  }

  #violated(visitor: Visitor, why: "badFrame" | "tooManyFrames" | "helloExpected", fault: string): void {
    this.#violations++;
    this.#deps.log.debug("link.violated", { connection: visitor.connection, why, fault });
    if (why === "badFrame") this.#refuse(visitor, "bad_request", why);
    else if (why === "helloExpected") visitor.link.close(why);
    else visitor.player.say({ type: "rejected", reason: "too_many_requests" });
  }

  #refuse({ player, link }: Visitor, reason: Refusal, why: CloseName, re?: number): void {
    player.say({ type: "rejected", ...(re !== undefined && { re }), reason });
    link.close(why);
  }
}

function refuse(transport: LinkTransport, why: CloseName): void {
  const ignore = (): void => {};
  transport.listen({ message: ignore, ping: ignore, pong: ignore, flushed: ignore, closed: ignore });
  transport.close(closeCodes[why].code, why);
}

function nameOf(url: string): string | undefined {
  return URL.parse(url)?.hostname;
}

function bind(http: Server, listen: () => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  http.once("error", reject);
  http.once("listening", () => {
    http.off("error", reject);
    resolve();
  });
  listen();
  return promise;
}
