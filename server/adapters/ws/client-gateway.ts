import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Facts } from "#core/facts.ts";
import type { Envelope, Inbox, ToConnection } from "#core/inbox.ts";
import type { Hello } from "#core/session/session.ts";
import type { Nature } from "#engine/ports.ts";
import { type Address, idOf, kindOf } from "#shared/address.ts";
import { fromClient, type FromClient, type Push, type ToClient } from "#shared/protocol/client-master.ts";
import type { CloseName } from "#shared/protocol/close-codes.ts";
import { encode } from "#shared/protocol/frame.ts";
import type { Refusal } from "#shared/refusal.ts";
import { protocol } from "#shared/version.ts";
import { AddressLimits, addressOf } from "./address-limits.ts";
import { BuiltFrame } from "./frames.ts";
import { Link, type LinkBounds } from "./link.ts";
import { backMs, isJourneyRequest } from "./farewell.ts";
import { isOriginAllowed } from "./origin.ts";
import { Outboxes } from "./outbox.ts";
import { RefusedVisits } from "./refused-visits.ts";
import { SlotClock } from "./slot-clock.ts";
import { linkBounds, type Report, serverOptions, type Tell, turnAway } from "./upgrade.ts";
import { WsTransport } from "./ws-transport.ts";

type HelloMessage = Extract<FromClient, { type: "hello" }>;

export interface ClientGatewayDeps {
  readonly facts: Pick<Facts, "version" | "epoch" | "limits">;
  readonly nature: Nature;
  /** Origins of pages that may connect besides this host's own and loopback ones. */
  readonly origins: () => ReadonlySet<string>;
  readonly tell: Tell;
  readonly report: Report;
}

interface Visitor {
  readonly self: Address<"client">;
  readonly address: string | undefined;
  readonly link: Link<FromClient>;
  readonly stream: Duplex;
  hello?: HelloMessage;
  /** The session it asked for; it speaks for it once `isAttached`. */
  session?: string;
  isAttached: boolean;
  stopHelloTimer: () => void;
}

/**
 * Turns players' sockets into envelopes and back. Everything a machine may believe about a client is
 * settled here: what a frame says, which session a socket speaks for, how much it may send.
 */
export class ClientGateway {
  readonly #deps: ClientGatewayDeps;
  readonly #bounds: LinkBounds;
  readonly #addresses: AddressLimits;
  readonly #outboxes: Outboxes;
  readonly #sockets: WebSocketServer;
  readonly #clock: SlotClock;
  readonly #visitors = new Map<Address, Visitor>();
  readonly #refused: RefusedVisits;
  #isLeaving = false;

  constructor(deps: ClientGatewayDeps) {
    const { facts, nature } = deps;
    const { limits } = facts;
    this.#deps = deps;
    this.#bounds = linkBounds(limits, {
      firstBytes: limits.helloFrameBytes,
      bytes: limits.clientFrameBytes,
      framesPerSecond: limits.controlFramesPerSecond,
      frameBurst: limits.controlFrameBurst,
    });
    this.#addresses = new AddressLimits(limits, nature);
    this.#clock = new SlotClock(nature);
    this.#outboxes = new Outboxes(facts.epoch, limits, nature);
    this.#sockets = new WebSocketServer({ ...serverOptions(limits.clientFrameBytes), noServer: true });
    this.#refused = new RefusedVisits(this.#sockets, nature, this.#bounds, limits.refusedAtOnce);
  }

  get socketCount(): number {
    return this.#visitors.size;
  }

  get bufferedBytes(): number {
    let sum = 0;
    for (const { link } of this.#visitors.values()) sum += link.bufferedBytes;
    return sum;
  }

  /** For the HTTP server's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = request.url?.split("?")[0];
    if (path !== "/" && path !== "/ws") return turnAway(socket, 404);
    const { origin, host } = request.headers;
    const address = addressOf(request);
    if (origin !== undefined && !isOriginAllowed(origin, host, this.#deps.origins()))
      return this.#refuse(request, socket, head, { close: "originRefused" });
    const reason = this.#addresses.connect(address);
    if (reason) return this.#refuse(request, socket, head, { reason, close: "serverFull" });
    // However the handshake ends, the place is given back when the connection is.
    socket.once("close", () => this.#addresses.release(address));
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#admit(webSocket, socket, address),
    );
  }

  /** What the machines say to clients, players and everybody. */
  receive(envelope: Envelope): void {
    const { to, body } = envelope;
    if (kindOf(to) === "player") this.#outboxes.push(idOf(to), body as Push);
    else if (kindOf(to) === "audience") this.#outboxes.broadcast(body as Push);
    else this.#obey(to, body as Inbox["client"]);
  }

  /** Tells every session something the master itself knows. */
  announce(push: Push): void {
    this.#outboxes.broadcast(push);
  }

  /** From now on no journey begins: what would begin one is refused. */
  refuseJourneys(): void {
    this.#isLeaving = true;
  }

  /** Tells every player when to come back, each another time. */
  callBack(): void {
    const players = this.#visitors.size;
    for (const { session, isAttached } of this.#visitors.values()) {
      if (!isAttached || session === undefined) continue;
      const notice = { type: "notice", notice: "shutting_down" } as const;
      this.#outboxes.push(session, { ...notice, backMs: backMs(players, Math.random()) });
    }
  }

  /** Ends every connection, politely first; resolves when all are gone. */
  async close(why: CloseName): Promise<void> {
    this.#outboxes.flush();
    const gone = [...this.#visitors.values()].map(({ link }) => {
      link.close(why);
      return link.gone;
    });
    await Promise.all(gone);
  }

  #refuse(...[request, socket, head, why]: Parameters<RefusedVisits["refuse"]>): void {
    this.#deps.report("link.violated", { why: why.close, reason: why.reason });
    this.#refused.refuse(request, socket, head, why);
  }

  #admit(webSocket: WebSocket, stream: Duplex, address: string | undefined): void {
    const { nature, report, facts, tell } = this.#deps;
    const transport = new WsTransport(webSocket, stream);
    const self: Address<"client"> = `client:${nature.newId("c")}`;
    const link = new Link<FromClient>(transport, this.#clock, fromClient, this.#bounds, {
      message: (message) => this.#hear(visitor, message),
      violated: (why, fault) => {
        report("link.violated", { id: self, why, fault });
        this.#deny(visitor, why === "badFrame" ? "bad_request" : "too_many_requests");
      },
      answered: () => this.#tellSession(visitor, { type: "welcomed" }),
      closed: (code, why) => {
        visitor.stopHelloTimer();
        this.#visitors.delete(self);
        report("link.closed", { id: self, code, why });
        if (visitor.session === undefined) return;
        this.#outboxes.detach(visitor.session, link);
        tell(self, `session:${visitor.session}`, { type: "closed" });
      },
    });
    const stopHelloTimer = nature.wakeAt(nature.now() + facts.limits.helloMs, () =>
      link.close("helloTimeout"),
    );
    const visitor: Visitor = { self, address, link, stream, isAttached: false, stopHelloTimer };
    this.#visitors.set(self, visitor);
    report("link.opened", { id: self });
  }

  #hear(visitor: Visitor, message: FromClient): void {
    const { link, self } = visitor;
    if (message.type === "hello") {
      if (visitor.hello) {
        this.#deny(visitor, "bad_request", message.id);
        return link.close("badFrame");
      }
      visitor.stopHelloTimer();
      visitor.hello = message;
      if (this.#isLeaving) {
        this.#deny(visitor, "shutting_down", message.id);
        return link.close("shuttingDown");
      }
      return this.#open(visitor, message.resume?.token);
    }
    // Nothing but the welcome makes a client a session: until then no word of it reaches a machine.
    if (!visitor.isAttached || visitor.session === undefined) {
      this.#deps.report("link.violated", { id: self, why: "helloExpected", fault: message.type });
      return link.close("helloExpected");
    }
    if (message.type === "ping")
      return link.send(encode({ type: "pong", re: message.id } satisfies ToClient));
    if (this.#isLeaving && isJourneyRequest(message)) return this.#deny(visitor, "shutting_down", message.id);
    if (message.type === "login" && !this.#addresses.mayLogin(visitor.address))
      return this.#deny(visitor, "login_rate", message.id);
    this.#tellSession(visitor, message);
  }

  /** The token says which session it wants; without one, or with one nobody knows, it gets a new session. */
  #open(visitor: Visitor, token?: string): void {
    const { hello, self } = visitor;
    if (!hello) return;
    const { nature, tell } = this.#deps;
    const wanted =
      token === undefined ? null : /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{16,128})$/.exec(token);
    const [, session = nature.newId("s"), secret] = wanted ?? [];
    if (secret === undefined && !this.#addresses.mayOpenSession(visitor.address)) {
      this.#deps.report("link.violated", { id: self, why: "serverFull", reason: "connect_rate" });
      this.#deny(visitor, "connect_rate", hello.id);
      return visitor.link.close("serverFull");
    }
    visitor.session = session;
    const common: Hello = { re: hello.id, version: hello.version, protocol: agreed(hello.protocol) };
    const { resume } = hello;
    const body: Hello =
      secret === undefined || resume === undefined
        ? common
        : { ...common, resumeHash: sha256(secret), missedSince: { epoch: resume.epoch, seq: resume.seq } };
    tell(self, `session:${session}`, { type: "open", hello: body });
  }

  #obey(to: Address, order: ToConnection): void {
    const visitor = this.#visitors.get(to);
    if (!visitor) return;
    switch (order.type) {
      case "attach":
        return this.#attach(visitor, order);
      case "resume.unknown":
        return this.#open(visitor);
      case "reject": {
        const { re, reason, client } = order;
        const told: ToClient = { type: "rejected", re, reason, server: this.#deps.facts.version, client };
        visitor.link.send(encode(told));
        return visitor.link.close(order.close);
      }
      case "close":
        return visitor.link.close(order.why);
    }
  }

  #attach(visitor: Visitor, order: Extract<ToConnection, { type: "attach" }>): void {
    const { link, stream } = visitor;
    visitor.session = order.session;
    visitor.isAttached = true;
    const { seq, complete, missed } = this.#outboxes.resume(order.session, order.missedSince);
    const { epoch } = this.#deps.facts;
    const { chat } = this.#outboxes;
    const welcome = encode({
      type: "welcome",
      ...order.welcome,
      epoch,
      seq,
      complete,
      chat: [...chat],
    } satisfies ToClient);
    // What the machines say next, such as the first lease, leaves in the same write.
    stream.cork();
    process.nextTick(() => stream.uncork());
    link.send(new BuiltFrame([welcome, ...missed].map((text) => new BuiltFrame(text))));
    this.#outboxes.attach(order.session, link);
    link.probe();
  }

  #deny(visitor: Visitor, reason: Refusal, re?: number): void {
    if (visitor.isAttached && visitor.session !== undefined)
      this.#outboxes.push(visitor.session, { type: "denied", re, reason });
    else visitor.link.send(encode({ type: "rejected", re, reason } satisfies ToClient));
  }

  #tellSession({ self, session }: Visitor, body: Inbox["session"]): void {
    if (session !== undefined) this.#deps.tell(self, `session:${session}`, body);
  }
}

/** The newest protocol generation both sides speak. */
function agreed({ oldest, newest }: HelloMessage["protocol"]): number | undefined {
  const best = Math.min(newest, protocol.newest);
  return best >= Math.max(oldest, protocol.oldest) ? best : undefined;
}

function sha256(secret: string): string {
  return hash("sha256", secret);
}
