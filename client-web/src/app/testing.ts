import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { FromClient } from "#shared/protocol/client-master.ts";
import type { FromPlayer } from "#shared/protocol/client-world.ts";
import { groundOf } from "#shared/ground.ts";
import { limits } from "#shared/limits.ts";
import type { WorldMap } from "#shared/world-map.ts";
import { settingsOf } from "#shared/world-settings.ts";
import { appVersion } from "#shared/version.ts";
import { FrameBytes } from "#world-server/replication/frame-bytes.ts";
import { Simulation } from "#world-server/simulation.ts";
import type { Packs } from "./pack-loader.ts";

/** A master and its worlds in one socket server, just polite enough for a client: test data. */

const names: Readonly<Record<string, string>> = { hub: "Hub", left_world: "Left World" };

export function mapOf(key: string): WorldMap {
  const [w, h] = [20, 12];
  const solid = Buffer.alloc(Math.ceil((w * h) / 8)).toString("base64");
  const target = key === "hub" ? "left_world" : "hub";
  const door = { x: 300, y: 100, w: 48, h: 48, target, spawn: "Door", label: "", color: "#ffffff" };
  const spawns = { default: { x: 100, y: 100, facing: 0 } };
  const theme = { backdrop: "#000000", accent: "#ffffff" };
  const layers = { ground: [], deco: [], above: [] };
  const map = {
    v: 1,
    key,
    name: names[key] ?? key,
    w,
    h,
    tile: 32,
    layers,
    solid,
    spawns,
    portals: { Door: door },
  } as const;
  const host = { id: "host", name: "Host", sprite: "host", dialog: "" };
  const npcs = [{ ...host, x: 200, y: 200, rx: 0, ry: 0, speed: 1, phase: 0 }];
  return { ...map, npcs, zones: [], signs: [], tilesets: [], theme };
}

export const fakePacks: Packs = {
  async ensure(info, { onProgress } = {}) {
    const { key, size } = info;
    onProgress?.(size, size);
    const files = new Map([["map.json", new TextEncoder().encode(JSON.stringify(mapOf(key)))]]);
    return { info, files, status: "downloaded", bytes: size, ms: 1, isStored: true };
  },
};

export class StubServer implements AsyncDisposable {
  readonly heard: FromClient[] = [];
  /** What worlds heard, and whether a world may show itself. */
  readonly told: FromPlayer[] = [];
  isShy = false;
  /** Pings on any socket. */
  pings = 0;
  refuses: "world_unavailable" | undefined;
  readonly #server: WebSocketServer;
  readonly #worlds = new Set<WebSocket>();
  #control: WebSocket | undefined;
  #seq = 0;
  #leases = 0;
  #world = "";

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on("connection", (socket, { url }) =>
      url === "/" ? this.#greet(socket) : this.#enter(socket, url ?? ""),
    );
  }

  static async open(): Promise<StubServer> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    return new StubServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  get connections(): number {
    return this.#server.clients.size;
  }

  get worldSockets(): number {
    return this.#worlds.size;
  }

  dropControl(code = 1001): void {
    this.#control?.close(code);
  }

  dropWorlds(): void {
    for (const socket of this.#worlds) socket.terminate();
  }

  push(message: object): void {
    this.#control?.send(JSON.stringify({ seq: ++this.#seq, ...message }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
    await once(this.#server, "close");
  }

  #greet(socket: WebSocket): void {
    this.#control = socket;
    socket.on("message", (data: Buffer) => this.#answer(JSON.parse(data.toString()) as FromClient));
  }

  #answer(message: FromClient): void {
    if (message.type === "ping") {
      this.pings += 1;
      return this.push({ type: "pong", re: message.id });
    }
    this.heard.push(message);
    const re = message.id;
    if (message.type === "hello") return this.#welcome(re, message.resume !== undefined);
    if (message.type === "world.join" || message.type === "world.rejoin") this.lease(message.world);
    if (message.type === "chat.send")
      this.push({ type: "chat.line", line: this.#seq + 1, name: "Guest-1", text: message.text });
    if (message.type === "login") this.push({ type: "denied", re, reason: "invalid_name" });
    if (message.type !== "lease.redeem") return;
    if (this.refuses)
      return this.push({ type: "denied", re, lease: message.lease, reason: this.refuses, final: true });
    const ticket = {
      lease: message.lease,
      admission: `a${message.lease}`,
      ticket: "t".repeat(32),
      expiresMs: 10_000,
    };
    this.push({ type: "ticket", ...ticket, world: this.#world, url: `${this.url}${this.#world}` });
  }

  #welcome(re: number, resumed: boolean): void {
    const who = { session: "s1", resume: `token-${this.heard.length}`, name: "Guest-1", guest: true };
    const worlds = Object.entries(names).map(([key, name]) => ({ key, name }));
    const what = {
      epoch: "e1",
      version: appVersion,
      protocol: 1,
      worlds,
      initial: "hub",
      chat: [],
      complete: true,
    };
    this.push({
      type: "welcome",
      re,
      ...who,
      ...what,
      resumed,
      ...(resumed && { admission: { admission: "a", world: "hub" } }),
    });
    if (!resumed) this.lease("hub");
  }

  lease(world: string): void {
    this.#world = world;
    const pack = { url: `http://127.0.0.1/${world}.zip`, size: 10, mtime: 1, sha256: "0".repeat(64) };
    const times = { softMs: 120_000, hardMs: 3_600_000 };
    this.push({
      type: "lease",
      lease: `l${++this.#leases}`,
      cause: "portal",
      world,
      name: names[world],
      pack,
      ...times,
    });
  }

  #enter(socket: WebSocket, path: string): void {
    const key = path.slice(1);
    const map = mapOf(key);
    const settings = settingsOf({});
    const simulation = new Simulation({ ...settings, map }, groundOf(map), limits);
    const avatar = simulation.place("a", { name: "Guest-1", guest: true }, { x: 100, y: 100, facing: 0 });
    const view = simulation.replication.open(avatar.entity);
    simulation.activate("a");
    this.#worlds.add(socket);
    let isIn = false;
    const timer = setInterval(() => {
      simulation.advance();
      simulation.publish();
      const frame = new FrameBytes();
      // The first snapshot is the only whole one: it must not come before the client has been let in.
      if (this.isShy || !isIn) return;
      simulation.write(frame, view, avatar);
      socket.send(frame.bytes.subarray(0, frame.at));
    }, settings.rates.tickMs);
    socket.on("close", () => {
      clearInterval(timer);
      this.#worlds.delete(socket);
    });
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) return void avatar.receive(new Uint8Array(data));
      const message = JSON.parse(data.toString()) as FromPlayer;
      this.#hear(socket, message, key, avatar.entity);
      isIn ||= message.type === "enter";
    });
  }

  #hear(socket: WebSocket, message: FromPlayer, key: string, entity: number): void {
    const say = (reply: object): void => socket.send(JSON.stringify(reply));
    const re = message.id;
    if (message.type === "ping") {
      this.pings += 1;
      return say({ type: "pong", re });
    }
    this.told.push(message);
    const beat = { tickMs: limits.tickMs, ticksPerSend: 1 };
    if (message.type === "enter")
      say({ type: "entered", re, world: key, map: "0".repeat(64), entity, ...beat });
    if (message.type !== "portal.use") return;
    say({ type: "portal.asked", re, portal: message.portal });
    this.lease(mapOf(key).portals[message.portal]?.target ?? "hub");
  }
}
