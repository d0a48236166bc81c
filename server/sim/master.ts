import { BuiltFrame } from "#adapters/ws/frames.ts";
import { Outboxes, type Outlet } from "#adapters/ws/outbox.ts";
import { SaveWindow } from "#adapters/ws/save-window.ts";
import type { Facts } from "#core/facts.ts";
import type { Envelope, Inbox } from "#core/inbox.ts";
import type { MachineSet } from "#core/machines.ts";
import type { Log, Nature } from "#engine/ports.ts";
import { type Address, idOf, kindOf } from "#shared/address.ts";
import type { FromClient, Push, ToClient } from "#shared/protocol/client-master.ts";
import { closeCodes, type CloseName } from "#shared/protocol/close-codes.ts";
import type { FromLaunch } from "#shared/protocol/launch-master.ts";
import type { Broker } from "./broker.ts";
import { Engines } from "./engines.ts";
import { type Clocks, Loop, type Timepiece } from "./loop.ts";
import { hashOf, type SimNature } from "./nature.ts";
import type { End } from "./network.ts";
import type { Caller, ClientWire, LaunchWire, Pong, Visitor } from "./peers.ts";
import type { SimStore } from "./store.ts";
import { textsOf } from "./texts.ts";

export interface MasterDeps {
  readonly nature: SimNature;
  /** One part of the data for each engine, and what carries words between several. */
  readonly stores: readonly SimStore[];
  readonly broker: Broker | undefined;
  readonly isLocal: boolean;
  readonly machines: MachineSet;
  readonly clocks: Clocks;
  readonly timepiece: Timepiece;
  readonly leftOutMs: number;
  readonly facts: Facts;
  readonly log: Log;
  /** What starts and ends processes; it outlives the master. */
  readonly host: (order: Inbox["host"]) => void;
}

/** One life of the master: the real engines, machines, outboxes and save window between simulated sockets. */
export class SimMaster {
  readonly engine: Engines;
  readonly loop: Loop;
  readonly #deps: MasterDeps;
  readonly #outboxes: Outboxes;
  readonly #saves: SaveWindow;
  readonly #visitors = new Map<Address, Visitor>();
  readonly #callers = new Map<Address, Caller>();
  isAlive = true;

  constructor(deps: MasterDeps) {
    const { nature, facts } = deps;
    this.#deps = deps;
    const loop = (this.loop = new Loop(nature, deps.clocks, deps.timepiece, deps.leftOutMs));
    // Its timers die with it.
    const mine: Nature = {
      now: () => loop.now(),
      newId: (prefix) => nature.newId(prefix),
      newSecret: () => nature.newSecret(),
      wakeAt: (time, wake) => loop.wakeAt(time, wake),
    };
    this.engine = new Engines({ ...deps, loop, bus: { send: (envelope) => this.#receive(envelope) } });
    this.#outboxes = new Outboxes(facts.epoch, facts.limits, mine);
    this.#saves = new SaveWindow(facts.limits.saveWindowMs, mine, (from, to, body) =>
      this.tell(from, to, body),
    );
    this.engine.start();
  }

  /** The connections that speak for a launch, one by one. */
  get speakers(): readonly { readonly self: Address; readonly launch: Address }[] {
    return [...this.#callers.values()].flatMap(({ self, isRegistered, launch }) =>
      isRegistered && launch ? [{ self, launch }] : [],
    );
  }

  /** Connections that have not said who they are. */
  get strangers(): readonly Address[] {
    const callers = [...this.#callers.values()].filter(({ launch }) => !launch);
    const visitors = [...this.#visitors.values()].filter(({ hello }) => !hello);
    return [...callers, ...visitors].map(({ self }) => self);
  }

  /**
   * Its loop stands still for a while. Browsers that were silent before may give it up within seconds; worlds ask it
   * every second, and would wait longer than this lasts.
   */
  stand(ms: number): void {
    const { nature } = this.#deps;
    this.loop.stand(ms);
    for (const { wire } of this.#visitors.values()) {
      const givesUpMs = nature.between(5_000, 15_000);
      if (givesUpMs < ms) nature.after(givesUpMs, () => this.loop.isStill && wire().giveUpOn("acceptor"));
    }
  }

  get connections(): readonly string[] {
    const visitors = [...this.#visitors.values()].map(({ self, session }) => `${self} of ${session}`);
    return [...[...this.#callers.values()].map(({ self, launch }) => `${self} of ${launch}`), ...visitors];
  }

  /** `false` when nobody is there to hear it; a connection that spoke is closed then. */
  tell(from: Address, to: Address, body: { readonly type: string; readonly reason?: unknown }): boolean {
    const isHeard = this.isAlive && this.engine.tell(from, to, body);
    if (this.isAlive && !isHeard) this.#drop(from);
    return isHeard;
  }

  /** kill -9: every socket is reset, whatever was not committed never happened. */
  kill(): void {
    this.isAlive = false;
    this.loop.end();
    this.engine.kill();
    for (const { wire } of [...this.#visitors.values(), ...this.#callers.values()]) wire().drop("acceptor");
  }

  /** kill -9 of one engine of several: the connections of its machines are closed, the others stay. */
  killOne(index: number): void {
    this.engine.killOne(index);
    const isOfIt = (to: Address): boolean => this.engine.ownerOf(to) === index;
    for (const { self, session } of this.#visitors.values())
      if (session !== undefined && isOfIt(`session:${session}`)) this.#drop(self);
    for (const { self, launch } of this.#callers.values()) if (launch && isOfIt(launch)) this.#drop(self);
  }

  /** Closes a connection whose machine is told nothing: it learns of it when its engine is back. */
  #drop(self: Address): void {
    const visitor = this.#visitors.get(self);
    if (visitor?.session !== undefined && visitor.isAttached)
      this.#outboxes.detach(visitor.session, this.#outlet(visitor));
    (visitor ?? this.#callers.get(self))?.wire().drop("acceptor");
    this.#visitors.delete(self);
    this.#callers.delete(self);
  }

  /** The master's end of a player's control socket. */
  admitClient(wire: () => ClientWire): End<FromClient | Pong> {
    const visitor: Visitor = { self: `client:${this.#deps.nature.newId("c")}`, wire, isAttached: false };
    this.#visitors.set(visitor.self, visitor);
    this.#giveUp(() => !visitor.hello && this.#closeClient(visitor, "helloTimeout"));
    return {
      whenAwake: (run) => this.loop.whenAwake(run),
      hear: (message) => this.#hearClient(visitor, message),
      closed: () => this.#partClient(visitor),
    };
  }

  /** The master's end of a world's control socket. */
  admitLaunch(wire: () => LaunchWire): End<FromLaunch> {
    const caller: Caller = { self: `launch-link:${this.#deps.nature.newId("h")}`, wire, isRegistered: false };
    this.#callers.set(caller.self, caller);
    this.#giveUp(() => !caller.launch && this.#closeLaunch(caller, "helloTimeout"));
    return {
      whenAwake: (run) => this.loop.whenAwake(run),
      hear: (message) => this.#hearLaunch(caller, message),
      closed: () => this.#partLaunch(caller),
    };
  }

  #giveUp(close: () => void): void {
    this.loop.after(this.#deps.facts.limits.helloMs, close);
  }

  #hearClient(visitor: Visitor, message: FromClient | Pong): void {
    const { self, session, isAttached } = visitor;
    if (!this.isAlive) return;
    if (message.type === "hello" && !visitor.hello) {
      visitor.hello = message;
      return this.#open(visitor, message.resume?.token);
    }
    if (message.type === "hello" || !isAttached || session === undefined)
      return this.#closeClient(visitor, "helloExpected");
    if (message.type === "ping") return visitor.wire().toDialer({ type: "pong", re: message.id });
    this.tell(self, `session:${session}`, message.type === "pong" ? { type: "welcomed" } : message);
  }

  #open(visitor: Visitor, token?: string): void {
    const { hello, self } = visitor;
    if (!hello) return;
    const [wanted, secret] = token?.split(".") ?? [];
    visitor.session = wanted ?? this.#deps.nature.newId("s");
    const { resume } = hello;
    const isResume = secret !== undefined && resume !== undefined;
    this.tell(self, `session:${visitor.session}`, {
      type: "open",
      hello: {
        re: hello.id,
        version: hello.version,
        protocol: hello.protocol.newest,
        ...(isResume && {
          resumeHash: hashOf(secret),
          missedSince: { epoch: resume.epoch, seq: resume.seq },
        }),
      },
    } as Inbox["session"]);
  }

  #closeClient(visitor: Visitor, why: CloseName): void {
    visitor.wire().close("acceptor", closeCodes[why].code);
    this.#partClient(visitor);
  }

  #partClient(visitor: Visitor): void {
    const { self, session } = visitor;
    if (!this.#visitors.delete(self) || session === undefined) return;
    if (visitor.isAttached) this.#outboxes.detach(session, this.#outlet(visitor));
    this.tell(self, `session:${session}`, { type: "closed" });
  }

  readonly #outlets = new Map<Address, Outlet>();

  #outlet({ self, wire }: Visitor): Outlet {
    const outlet = this.#outlets.get(self) ?? {
      send: (frame: BuiltFrame) => {
        for (const text of textsOf(frame)) wire().toDialer(JSON.parse(text) as ToClient);
      },
    };
    this.#outlets.set(self, outlet);
    return outlet;
  }

  #hearLaunch(caller: Caller, message: FromLaunch): void {
    const { self } = caller;
    if (!this.isAlive) return;
    if (message.type === "register") {
      const { token, launch, ...rest } = message;
      caller.launch = `launch:${launch}`;
      this.loop.after(this.#deps.facts.limits.registrationAckMs, () => {
        if (!caller.isRegistered && !caller.isDelayed) this.#closeLaunch(caller, "helloTimeout");
      });
      return void this.tell(self, caller.launch, { ...rest, tokenHash: hashOf(token) } as Inbox["launch"]);
    }
    if (!caller.isRegistered || !caller.launch) return this.#closeLaunch(caller, "helloExpected");
    if (message.type === "saves") return this.#saves.add(self, caller.launch, message.saves);
    if (message.type === "departed" || message.type === "left") this.#saves.flush();
    this.tell(self, caller.launch, message);
  }

  #closeLaunch(caller: Caller, why: CloseName): void {
    caller.wire().close("acceptor", closeCodes[why].code);
    this.#partLaunch(caller);
  }

  #partLaunch(caller: Caller): void {
    if (!this.#callers.delete(caller.self) || !caller.launch) return;
    this.#saves.flush();
    this.tell(caller.self, caller.launch, { type: "linkClosed" });
  }

  #receive({ to, body }: Envelope): void {
    if (!this.isAlive) return;
    const kind = kindOf(to);
    if (kind === "player") this.#outboxes.push(idOf(to), body as Push);
    else if (kind === "audience") this.#outboxes.broadcast(body as Push);
    else if (kind === "host") this.#deps.host(body as Inbox["host"]);
    else if (kind === "launch-link") this.#obeyForLaunch(to, body as Inbox["launch-link"]);
    else this.#obeyForClient(to, body as Inbox["client"]);
  }

  #obeyForLaunch(to: Address, body: Inbox["launch-link"]): void {
    const caller = this.#callers.get(to);
    if (!caller) return;
    if (body.type === "close") return this.#closeLaunch(caller, body.why);
    if (body.type === "registered") caller.isRegistered = true;
    if (body.type === "registration.delayed") caller.isDelayed = true;
    caller.wire().toDialer(body);
  }

  #obeyForClient(to: Address, order: Inbox["client"]): void {
    const visitor = this.#visitors.get(to);
    if (!visitor) return;
    if (order.type === "resume.unknown") return this.#open(visitor);
    if (order.type === "close") return this.#closeClient(visitor, order.why);
    if (order.type === "reject") {
      const { re, reason } = order;
      visitor.wire().toDialer({ type: "rejected", re, reason, server: this.#deps.facts.version });
      return this.#closeClient(visitor, order.close);
    }
    visitor.session = order.session;
    visitor.isAttached = true;
    const { seq, complete, missed } = this.#outboxes.resume(order.session, order.missedSince);
    const chat = [...this.#outboxes.chat];
    const { epoch } = this.#deps.facts;
    visitor.wire().toDialer({ type: "welcome", ...order.welcome, epoch, seq, complete, chat });
    const outlet = this.#outlet(visitor);
    for (const text of missed) outlet.send(new BuiltFrame(text));
    this.#outboxes.attach(order.session, outlet);
  }
}
