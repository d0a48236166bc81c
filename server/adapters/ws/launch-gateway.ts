import { createHash } from "node:crypto";
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { Envelope, Inbox } from "#core/inbox.ts";
import type { Nature } from "#engine/ports.ts";
import { StartRefused } from "#engine/start-refused.ts";
import type { Address } from "#shared/address.ts";
import type { Limits } from "#shared/limits.ts";
import {
  fromLaunch,
  type FromLaunch,
  type LaunchFrame,
  type ToLaunch,
} from "#shared/protocol/launch-master.ts";
import { encode } from "#shared/protocol/frame.ts";
import { RosterWhole } from "#shared/protocol/roster-parts.ts";
import { Link, type LinkBounds } from "./link.ts";
import { SaveWindow } from "./save-window.ts";
import { pathOf } from "./socket-path.ts";
import { linkBounds, type Report, serverOptions, type Tell } from "./upgrade.ts";
import { WsTransport } from "./ws-transport.ts";

/** Longer socket paths do not fit the kernel's address. */
const socketPathBytes = 100;
/** How often those are looked for that connect and say nothing. */
const lookMs = 1000;

export interface LaunchGatewayDeps {
  readonly limits: Limits;
  readonly nature: Nature;
  readonly tell: Tell;
  readonly report: Report;
  /** A launch is up: its registration was accepted. */
  readonly registered: (launch: string) => void;
}

interface Caller {
  readonly self: Address<"launch-link">;
  readonly link: Link<LaunchFrame>;
  readonly rosters: RosterWhole;
  launch?: Address<"launch">;
  isRegistered: boolean;
  stopTimer: () => void;
}

/** The private door for world processes: never on the public port, never for anybody without a launch's token. */
export class LaunchGateway {
  readonly #deps: LaunchGatewayDeps;
  readonly #bounds: LinkBounds;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #callers = new Map<Address, Caller>();
  readonly #saves: SaveWindow;
  #path: string | undefined;
  #isLeaving = false;

  constructor(deps: LaunchGatewayDeps) {
    const { limits } = deps;
    this.#deps = deps;
    this.#bounds = {
      ...linkBounds(limits, {
        firstBytes: limits.launchFrameBytes,
        bytes: limits.launchFrameBytes,
        framesPerSecond: limits.launchFramesPerSecond,
        frameBurst: limits.launchFrameBurst,
      }),
      // Every name in a roster is work here; a world that floods must not be felt in the others.
      bytesPerSecond: limits.launchBytesPerSecond,
    };
    this.#saves = new SaveWindow(limits.saveWindowMs, deps.nature, deps.tell);
    const { helloMs, launchConnections } = limits;
    const options = {
      headersTimeout: helloMs,
      requestTimeout: 2 * helloMs,
      connectionsCheckingInterval: lookMs,
    };
    this.#http = createServer(options, (_, response) => response.writeHead(404).end());
    // Those that have registered keep their place; a process that opens one after the other takes nobody's.
    this.#http.maxConnections = launchConnections;
    this.#sockets = new WebSocketServer({ ...serverOptions(limits.launchFrameBytes), server: this.#http });
    // Of the listener beneath, which tells whoever made it listen.
    this.#sockets.on("error", () => {});
    this.#sockets.on("connection", (webSocket, { socket }) =>
      this.#admit(new WsTransport(webSocket, socket)),
    );
  }

  /**
   * Listens on a Unix socket that only this user may open, or on loopback where there are none.
   *
   * @returns the URL worlds dial
   * @throws StartRefused
   */
  async listen(path: string): Promise<string> {
    if (process.platform === "win32" || Buffer.byteLength(path) > socketPathBytes) {
      await this.#bind(() => this.#http.listen(0, "127.0.0.1"));
      return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}/`;
    }
    const mask = process.umask(0o177);
    try {
      // The data folder is ours alone (it is locked), so what lies here is a dead master's.
      rmSync(path, { force: true });
      await this.#bind(() => this.#http.listen(path));
      chmodSync(path, 0o600);
    } catch (error) {
      throw new StartRefused(10, `${path} cannot be opened for worlds (${(error as Error).message})`);
    } finally {
      process.umask(mask);
    }
    this.#path = path;
    return urlOf(path);
  }

  /**
   * Listens on a socket that somebody else has opened, and whose connections wait while no master runs.
   *
   * @returns the URL worlds dial
   * @throws StartRefused when others could connect to it too, or it is no socket that listens
   */
  async listenOn(fd: number): Promise<string> {
    try {
      await this.#bind(() => this.#http.listen({ fd }));
      const address = this.#http.address();
      if (typeof address === "object" && address?.address === "127.0.0.1")
        return `ws://127.0.0.1:${address.port}/`;
      const path = pathOf(fd);
      if (path !== undefined) {
        chmodSync(path, 0o600);
        return urlOf(path);
      }
    } catch (error) {
      throw new StartRefused(10, `${unfit(fd)} (${(error as Error).message})`);
    }
    throw new StartRefused(10, unfit(fd));
  }

  /** From now on no journey begins: what would begin one is refused. */
  refuseJourneys(): void {
    this.#isLeaving = true;
  }

  /** What launches say to their process. */
  receive(envelope: Envelope): void {
    const caller = this.#callers.get(envelope.to);
    if (!caller) return;
    const body = envelope.body as Inbox["launch-link"];
    if (body.type === "close") return caller.link.close(body.why);
    if (body.type === "registered") this.#welcome(caller);
    if (body.type === "registration.delayed") caller.stopTimer();
    caller.link.send(encode(body));
  }

  async close(): Promise<void> {
    this.#saves.flush();
    const gone = [...this.#callers.values()].map(({ link }) => {
      link.close("shuttingDown");
      return link.gone;
    });
    this.#http.close();
    await Promise.all(gone);
    this.#http.closeAllConnections();
    if (this.#path !== undefined) rmSync(this.#path, { force: true });
  }

  #bind(listen: () => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#http.once("listening", resolve).once("error", reject);
    listen();
    return promise;
  }

  #admit(transport: WsTransport): void {
    const { nature, report, limits } = this.#deps;
    const self: Address<"launch-link"> = `launch-link:${nature.newId("h")}`;
    const link = new Link<LaunchFrame>(transport, nature, fromLaunch, this.#bounds, {
      message: (message) => this.#hear(caller, message),
      violated: (why, fault) => report("link.violated", { id: self, launch: caller.launch, why, fault }),
      answered: () => {},
      closed: (code, why) => this.#part(caller, code, why),
    });
    const stopTimer = nature.wakeAt(nature.now() + limits.helloMs, () => link.close("helloTimeout"));
    const caller: Caller = { self, link, rosters: new RosterWhole(), isRegistered: false, stopTimer };
    this.#callers.set(self, caller);
    report("link.opened", { id: self });
  }

  #hear(caller: Caller, frame: LaunchFrame): void {
    const message = caller.rosters.take(frame);
    if (message === "waiting") return;
    if (message === "astray") return caller.link.close("badFrame");
    if (message.type === "register") return this.#register(caller, message);
    if (!caller.isRegistered || caller.launch === undefined) return caller.link.close("helloExpected");
    const { self, launch } = caller;
    if (message.type === "portal" && this.#isLeaving) return refusePortal(caller, message);
    if (message.type === "saves") return this.#saves.add(self, launch, message.saves);
    // A departure carries the last place, so the saves before it must not come after it.
    if (message.type === "departed" || message.type === "left") this.#saves.flush();
    this.#deps.tell(self, launch, message);
  }

  #register(caller: Caller, message: Extract<FromLaunch, { type: "register" }>): void {
    if (caller.launch !== undefined) return caller.link.close("badFrame");
    const { nature, limits, tell } = this.#deps;
    const { token, launch, ...rest } = message;
    caller.launch = `launch:${launch}`;
    caller.stopTimer();
    // A launch nobody knows gives no answer at all; its process must not wait for one.
    caller.stopTimer = nature.wakeAt(nature.now() + limits.registrationAckMs, () =>
      caller.link.close("helloTimeout"),
    );
    tell(caller.self, caller.launch, {
      ...rest,
      tokenHash: createHash("sha256").update(token).digest("hex"),
    });
  }

  #welcome(caller: Caller): void {
    caller.isRegistered = true;
    caller.stopTimer();
    if (caller.launch !== undefined) this.#deps.registered(caller.launch.slice("launch:".length));
  }

  #part(caller: Caller, code: number, why: string | undefined): void {
    const { self, launch } = caller;
    caller.stopTimer();
    this.#callers.delete(self);
    this.#deps.report("link.closed", { id: self, launch, code, why });
    if (launch === undefined) return;
    this.#saves.flush();
    this.#deps.tell(self, launch, { type: "linkClosed" });
  }
}

function refusePortal(
  { link }: Caller,
  { admission, request }: Extract<FromLaunch, { type: "portal" }>,
): void {
  link.send(encode({ type: "unhold", admission, request, reason: "shutting_down" } satisfies ToLaunch));
}

const urlOf = (path: string): string => `ws+unix:${encodeURI(path)}:/`;

const unfit = (fd: number): string =>
  `descriptor ${fd} (LISTEN_FDS) is no Unix socket of this user, nor a port on 127.0.0.1, that listens for worlds`;
