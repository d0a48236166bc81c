import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import type { Envelope, Inbox, Kind } from "#core/inbox.ts";
import type { Launch } from "#core/world/launch.ts";
import type { Nature, Transition } from "#engine/ports.ts";
import { StartRefused } from "#engine/start-refused.ts";
import { type Address, idOf } from "#shared/address.ts";
import { limits, type Limits } from "#shared/limits.ts";
import { type Answer, order, type Order, type WorldReport } from "./orders.ts";

type Tell = <K extends Kind>(from: Address, to: Address<K>, body: Inbox[K]) => void;
/** Of answers that nobody reads. */
const unreadBytes = limits.operatorUnreadBytes;

type WorldOrder = Extract<Order, { world: string }>;
type BackupOrder = Extract<Order, { type: "backup" }>;

export interface OperatorGatewayDeps {
  readonly limits: Limits;
  readonly nature: Nature;
  readonly tell: Tell;
  readonly report: (event: string, fields: Readonly<Record<string, string | number | undefined>>) => void;
  readonly worlds: () => readonly WorldReport[];
  /** Why what lies on the disk now cannot be started; `undefined` when nothing speaks against it. Never rejects. */
  readonly check: (world: string) => Promise<string | undefined>;
  /** Makes a backup and tells how far it is; the last word when it is there, or cannot be. Never rejects. */
  readonly backUp?: (kind: BackupOrder["kind"], told: (progress: Answer) => void) => Promise<Answer>;
  /** Why no order can be carried out now, in plain words; `undefined` when it can. */
  readonly notReady: () => string | undefined;
}

/** One order under way, `operator:<id>`. */
interface Caller {
  readonly self: Address<"operator">;
  readonly socket: Socket;
  world?: string;
  /** The launch whose life is told while the order is carried out. */
  follows?: Address;
}

/**
 * The operator's door: JSON lines over a socket that only this user may open. One order per connection; how it
 * goes is told as it happens, the last line is the answer. Whoever hangs up has ordered all the same.
 */
export class OperatorGateway {
  readonly #deps: OperatorGatewayDeps;
  readonly #server: Server;
  readonly #callers = new Map<Address, Caller>();
  readonly #sockets = new Set<Socket>();
  /** World → when one was last renewed. */
  readonly #renewedAt = new Map<string, number>();

  constructor(deps: OperatorGatewayDeps) {
    this.#deps = deps;
    this.#server = createServer((socket) => this.#admit(socket));
    // Those beyond the limit are told so; beyond this one they are not even heard.
    this.#server.maxConnections = 2 * deps.limits.operators;
  }

  /**
   * Without a path there is no door, and whoever looks for it is told why.
   *
   * @throws StartRefused
   */
  async listen(path: string | undefined): Promise<void> {
    if (path === undefined) return this.#deps.report("operator.closed", { reason: "path_too_long" });
    if (process.platform === "win32") return this.#bind(path);
    const mask = process.umask(0o177);
    try {
      // The data folder is ours alone (it is locked), so what lies here is a dead master's.
      rmSync(path, { force: true });
      await this.#bind(path);
      chmodSync(path, 0o600);
    } catch (error) {
      throw new StartRefused(10, `${path} cannot be opened for orders (${(error as Error).message})`);
    } finally {
      process.umask(mask);
    }
  }

  /** What a world answers to an order. */
  receive({ to, body }: Envelope): void {
    const caller = this.#callers.get(to);
    if (caller) this.#tell(caller, body as Inbox["operator"]);
  }

  /** How the launch fares that an order is about. */
  transition({ id, before, after, state, previous }: Transition): void {
    if (this.#callers.size === 0) return;
    for (const caller of this.#callers.values()) {
      if (caller.follows !== id) continue;
      const launch = idOf(id);
      if (after === "testing" && before !== after) say(caller, { type: "progress", step: "testing", launch });
      const players = guestsOf(state);
      if (state && "drain" in state && state.drain && players !== guestsOf(previous))
        say(caller, { type: "progress", step: "draining", launch, players });
    }
  }

  /**
   * A launch of what lies on the disk now takes over as if an operator had ordered it; not so soon again when nothing
   * comes of it.
   */
  async renew(world: string): Promise<void> {
    const { nature, limits, notReady, report, check } = this.#deps;
    const before = this.#renewedAt.get(world);
    const isSoon = before !== undefined && nature.now() < before + limits.backoffMaxMs;
    if (isSoon || notReady() !== undefined) return;
    this.#renewedAt.set(world, nature.now());
    const cause = await check(world);
    if (cause === undefined)
      this.#replace(`operator:${nature.newId("o")}`, world, limits.drainMs, "world.renew");
    else report("worlds.refused", { world, reason: cause });
  }

  async close(): Promise<void> {
    for (const caller of this.#callers.values()) end(caller, { type: "failed", reason: "shutting_down" });
    // Whoever does not read, or keeps the line open, is not waited for.
    for (const socket of this.#sockets) socket[socket.writableLength > 0 ? "destroy" : "destroySoon"]();
    if (!this.#server.listening) return;
    await new Promise((closed) => this.#server.close(closed));
  }

  #bind(path: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject).listen(path, () => {
      this.#server.off("error", reject);
      resolve();
    });
    return promise;
  }

  #admit(socket: Socket): void {
    const { nature, limits } = this.#deps;
    const caller: Caller = { self: `operator:${nature.newId("o")}`, socket };
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#sockets.delete(socket));
    if (this.#callers.size >= limits.operators)
      return end(caller, { type: "failed", reason: "too_many_requests" });
    this.#callers.set(caller.self, caller);
    let text = "";
    const hear = (part: string): void => {
      text += part;
      const ends = text.indexOf("\n");
      if (ends < 0 && text.length <= limits.operatorOrderLength) return;
      tooLate();
      // Whatever else is said is not listened to.
      socket.off("data", hear).resume();
      if (ends < 0 || ends > limits.operatorOrderLength) refuse(caller, "the order is too long");
      else this.#obey(caller, text.slice(0, ends));
    };
    const tooLate = nature.wakeAt(nature.now() + limits.helloMs, () => {
      socket.off("data", hear);
      refuse(caller, "no order came");
    });
    socket.setEncoding("utf8").on("data", hear);
    socket.once("close", () => {
      tooLate();
      this.#callers.delete(caller.self);
    });
  }

  #obey(caller: Caller, text: string): void {
    const read = order.safeParse(parse(text));
    if (!read.success) return refuse(caller, "there is no such order");
    const asked = read.data;
    if (asked.type === "world.list") return end(caller, { type: "worlds", worlds: this.#deps.worlds() });
    if (asked.type === "backup") return void this.#backUp(caller, asked);
    const { drainLeastMs, drainMostMs } = this.#deps.limits;
    if (asked.noticeMs !== undefined && (asked.noticeMs < drainLeastMs || asked.noticeMs > drainMostMs))
      return refuse(caller, `the notice is from ${drainLeastMs / 1000} to ${drainMostMs / 1000} seconds`);
    const cause = this.#deps.notReady();
    if (cause !== undefined) return end(caller, { type: "failed", reason: "try_later", cause });
    void this.#order(caller, asked);
  }

  async #backUp(caller: Caller, { kind }: BackupOrder): Promise<void> {
    const { backUp, report } = this.#deps;
    if (!backUp) return refuse(caller, "this master makes no backups");
    report("operator.ordered", { order: "backup", kind });
    end(caller, await backUp(kind, (progress) => say(caller, progress)));
  }

  async #order(caller: Caller, asked: WorldOrder): Promise<void> {
    const { tell, report, check, worlds, limits } = this.#deps;
    const { world, noticeMs = limits.drainMs } = asked;
    const known = worlds().find(({ key }) => key === world);
    if (!known) return end(caller, noWorld(world));
    caller.world = world;
    if (asked.type === "world.drain" && asked.to !== undefined) {
      if (known.phase === "leaving")
        return end(caller, { type: "failed", reason: "try_later", cause: "it is being emptied already" });
      if (asked.to === world)
        return refuse(caller, "its players are there already; without --to another launch of it takes over");
      const target = worlds().find(({ key }) => key === asked.to);
      if (!target) return end(caller, noWorld(asked.to));
      // Each would send its players on to the other.
      if (target.phase === "leaving")
        return end(caller, {
          type: "failed",
          reason: "try_later",
          cause: `${asked.to} is being emptied itself`,
        });
      report("operator.ordered", { order: asked.type, world, to: asked.to, noticeMs });
      return tell(caller.self, `world:${world}`, { type: "evacuate", noticeMs, target: asked.to });
    }
    const cause = await check(world);
    if (cause !== undefined) return end(caller, { type: "failed", reason: "world_unavailable", cause });
    this.#replace(caller.self, world, noticeMs, asked.type);
  }

  #replace(self: Address<"operator">, world: string, noticeMs: number, order: string): void {
    this.#deps.report("operator.ordered", { order, world, noticeMs });
    this.#deps.tell(self, `world:${world}`, { type: "replace", noticeMs });
  }

  #tell(caller: Caller, answer: Inbox["operator"]): void {
    const { launches = [] } = this.#deps.worlds().find(({ key }) => key === caller.world) ?? {};
    if (answer.type === "progress") {
      const { launch } = answer;
      if (launch !== undefined) caller.follows = `launch:${launch}`;
      return say(caller, {
        ...answer,
        players: launches.find((other) => other.launch === launch)?.players ?? 0,
      });
    }
    const draining = launches.filter(({ drains }) => drains !== undefined);
    end(caller, answer.type === "done" && answer.launch !== undefined ? { ...answer, draining } : answer);
  }
}

/** Whoever orders and does not read is not waited for. */
function say({ socket }: Caller, answer: Answer): void {
  if (socket.writableLength > unreadBytes) socket.destroy();
  else if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`);
}

function end(caller: Caller, answer: Answer): void {
  say(caller, answer);
  // What is left unread would cut the line before the answer has been heard.
  caller.socket.end();
  caller.socket.resume();
}

const noWorld = (key: string): Answer => ({
  type: "failed",
  reason: "invalid_world",
  cause: `there is no such world as ${key}; see portcade world list`,
});

function refuse(caller: Caller, cause: string): void {
  end(caller, { type: "failed", reason: "bad_request", cause });
}

function guestsOf(state: unknown): number {
  return Object.keys((state as Launch | undefined)?.guests ?? {}).length;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
