import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import { toPlayer } from "#shared/protocol/client-world.ts";
import type { FromPlayer, ToPlayer } from "#shared/protocol/client-world.ts";
import { Replica } from "#shared/protocol/replica.ts";
import type { Looks } from "#shared/protocol/snapshot-layout.ts";
import type { Body } from "#shared/step-player.ts";
import { fromLaunch, launchOrder, toLaunch } from "#shared/protocol/launch-master.ts";
import type { FromLaunch, LaunchOrder, ToLaunch } from "#shared/protocol/launch-master.ts";
import { RosterWhole } from "#shared/protocol/roster-parts.ts";
import type { WorldMap } from "#shared/world-map.ts";
import { sha256 } from "./digest.ts";

/** What has come in, in order; `until` waits for the next that fits, and passes over what came before it. */
export class Heard<T> {
  readonly all: T[] = [];
  #next = 0;
  #wake = (): void => {};

  add(one: T): void {
    this.all.push(one);
    this.#wake();
  }

  async until<U extends T>(fits: (one: T) => one is U): Promise<U>;
  async until(fits: (one: T) => boolean): Promise<T>;
  async until(fits: (one: T) => boolean): Promise<T> {
    for (;;) {
      while (this.#next < this.all.length) {
        const one = this.all[this.#next++] as T;
        if (fits(one)) return one;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }
}

type Of<M extends { type: string }, K extends M["type"]> = Extract<M, { type: K }>;

/** A master that does what the test says. Everything a world sends is held against the schema. */
export class StubMaster implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "portcade-"));
  readonly heard = new Heard<FromLaunch>();
  /** How many worlds have connected, and how a registration is answered. */
  connections = 0;
  answer: ToLaunch | undefined = { type: "registered", heartbeatMs: 50, epoch: 1 };
  readonly #http = createServer();
  readonly #sockets = new WebSocketServer({ server: this.#http });
  readonly #path = join(this.folder, "control.sock");

  readonly url = `ws+unix:${this.#path}:/`;

  async listen(): Promise<this> {
    this.#sockets.on("connection", (socket) => {
      this.connections++;
      const rosters = new RosterWhole();
      socket.on("error", () => {});
      socket.on("message", (data) => {
        const message = rosters.take(fromLaunch.parse(JSON.parse((data as Buffer).toString())));
        if (typeof message === "string") return;
        this.heard.add(message);
        if (message.type === "register" && this.answer) socket.send(JSON.stringify(this.answer));
      });
    });
    await new Promise<void>((resolve) => void this.#http.listen(this.#path, resolve));
    return this;
  }

  tell(message: ToLaunch): void {
    const text = JSON.stringify(toLaunch.parse(message));
    for (const socket of this.#sockets.clients) socket.send(text);
  }

  next<K extends FromLaunch["type"]>(type: K): Promise<Of<FromLaunch, K>> {
    return this.heard.until((one): one is Of<FromLaunch, K> => one.type === type);
  }

  /** Cuts the line, as a master does that dies. */
  cut(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  /** Is gone for good: nobody answers any more. */
  async leave(): Promise<void> {
    this.cut();
    await new Promise((resolve) => void this.#http.close(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#http.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly msg: string;
}

/** A folder laid out as a build: the bundle, and the worlds beside it. */
export function buildFolder(): string {
  return mkdtempSync(join(tmpdir(), "portcade-build-"));
}

export function writeWorld(outDir: string, map: WorldMap, module?: string): void {
  const home = join(outDir, "server", "worlds", map.key);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "map.json"), JSON.stringify(map));
  writeFileSync(join(home, "world.json"), JSON.stringify({ schema: 1, name: map.name, capacity: 3 }));
  if (module !== undefined) writeFileSync(join(home, "module.mjs"), module);
}

/** A world process as the host starts it: bundle, permissions, an order by the pipe. */
export class WorldProcess implements AsyncDisposable {
  readonly log = new Heard<LogLine>();
  readonly exited: Promise<number | null>;
  readonly child: ChildProcess;
  readonly pipe: Writable;

  /** `words`: the file for its last words. */
  constructor(outDir: string, words?: string) {
    const bundle = join(outDir, "server", "world.mjs");
    const read = [bundle, join(outDir, "server", "worlds")].map((path) => `--allow-fs-read=${path}`);
    const flags = [
      "--permission",
      "--allow-net",
      ...read,
      "--disable-proto=delete",
      "--disable-warning=ExperimentalWarning",
    ];
    const wordsFd = words === undefined ? "ignore" : openSync(words, "w", 0o600);
    this.child = spawn(process.execPath, [...flags, bundle], {
      stdio: ["ignore", "pipe", "inherit", "pipe", wordsFd],
      env: {},
    });
    if (wordsFd !== "ignore") closeSync(wordsFd);
    this.pipe = this.child.stdio[3] as Writable;
    this.pipe.on("error", () => {});
    if (this.child.stdout)
      createInterface(this.child.stdout).on("line", (line) => this.log.add(JSON.parse(line) as LogLine));
    this.exited = new Promise((resolve) => void this.child.once("exit", resolve));
  }

  order(order: LaunchOrder): void {
    this.pipe.end(`${JSON.stringify(launchOrder.parse(order))}\n`);
  }

  marker(name: string): Promise<LogLine> {
    return this.log.until(({ msg }) => msg.startsWith(`${name} `));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
  }
}

export const secret = "sesame-sesame-sesame";

export function orderFor(master: StubMaster, more: Partial<LaunchOrder> = {}): LaunchOrder {
  return {
    launch: "l1",
    token: secret,
    world: "hub",
    version: "0.1",
    masterUrl: master.url,
    listen: { host: "127.0.0.1", port: 0 },
    origins: [],
    limits: {},
    logLevel: "info",
    ...more,
  };
}

let tickets = 0;

/** Has the master expect somebody, and returns their ticket once the world knows it. */
export async function expectPlayer(
  master: StubMaster,
  name: string,
  more: Partial<Of<ToLaunch, "expect">> = {},
): Promise<string> {
  const ticket = `ticket-of-${name}-${"x".repeat(16)}${++tickets}`;
  const at = { world: "hub", x: 80, y: 80, facing: 0 };
  const who = { admission: `a-${name}`, session: `s-${name}`, name, guest: false };
  master.tell({ type: "expect", ...who, ticketHash: sha256(ticket), at, expiresMs: 10_000, ...more });
  await master.heard.until(
    (one) => one.type === "acked" && one.admission === (more.admission ?? `a-${name}`),
  );
  return ticket;
}

/** What a player holds after one snapshot. */
export interface Told {
  readonly tick: number;
  readonly ack: number;
  readonly wasSet: boolean;
  readonly self: Body;
  readonly others: readonly (Body & { readonly id: number; readonly looks: Looks })[];
}

/** A player with nothing between them and the wire. */
export class RawPlayer implements Disposable {
  readonly heard = new Heard<ToPlayer>();
  readonly snapshots = new Heard<Told>();
  /** How often the world has asked whether anybody is there. */
  readonly pings = new Heard<"ping">();
  readonly replica = new Replica(1);
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
  /** The bytes below the frames. */
  wire: Socket | undefined;

  constructor(url: string, options: { origin?: string; ca?: string; autoPong?: boolean } = {}) {
    this.socket = new WebSocket(url, options);
    this.socket.on("error", () => {});
    this.socket.on("ping", () => this.pings.add("ping"));
    this.socket.once("upgrade", (response) => (this.wire = response.socket));
    this.socket.on("message", (data, isBinary) => {
      const bytes = data as Buffer;
      if (!isBinary) return this.heard.add(toPlayer.parse(JSON.parse(bytes.toString())));
      const applied = this.replica.apply(bytes);
      if (applied !== "applied") throw new Error(`a binary frame is ${applied}`);
      const { tick, ack, wasSet, self, seen } = this.replica;
      this.snapshots.add({
        tick,
        ack,
        wasSet,
        self: { ...self },
        others: [...seen.values()].map((one) => ({ ...one })),
      });
    });
    this.closed = new Promise((resolve) => void this.socket.once("close", resolve));
  }

  async open(): Promise<this> {
    await new Promise<void>(
      (resolve, reject) => void this.socket.once("open", resolve).once("error", reject),
    );
    return this;
  }

  say(message: FromPlayer | string | Uint8Array): void {
    this.socket.send(
      typeof message === "string" || message instanceof Uint8Array ? message : JSON.stringify(message),
    );
  }

  next<K extends ToPlayer["type"]>(type: K): Promise<Of<ToPlayer, K>> {
    return this.heard.until((one): one is Of<ToPlayer, K> => one.type === type);
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}
