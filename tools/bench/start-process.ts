import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { worldArguments } from "#adapters/host/world-process.ts";
import type { FromLaunch, LaunchOrder, ToLaunch } from "#shared/protocol/launch-master.ts";
import { appVersion } from "#shared/version.ts";
import { usageOf } from "#tools/smoke/process-usage.ts";
import type { Usage } from "#tools/smoke/process-usage.ts";
import { peerProgram } from "./peers.ts";
import { serverCore, startOn } from "./processor.ts";
import type { SystemName } from "./row.ts";

/** Node alone is what everybody's start consists of at least. */
export type Starter = SystemName | "node";

export interface Start {
  readonly startMs: number;
  /** Of the process once it has nothing to do any more. */
  readonly idle: Usage;
  /** Of a spare that waits for its order. */
  readonly waiting?: Usage | undefined;
}

const builds = fileURLToPath(new URL("../../builds/server/", import.meta.url));
const world = "hub";
/** A spare has loaded by then what it can, and a new process has become quiet; neither says so. */
const settleMs = 1000;

const programs: Readonly<Partial<Record<Starter, string>>> = {
  node: "start/node.mjs",
  "colyseus-view": "start/colyseus.mjs",
  socketio: "start/socketio.mjs",
  "ws-json": "start/ws-json.mjs",
};

/**
 * Starts a server once and ends it: from `spawn()` until it listens.
 *
 * @throws when it ends by itself, or is not to be reached
 */
export async function startPeer(name: Starter): Promise<Start> {
  const at = performance.now();
  const child = startOn(serverCore, process.execPath, [peerProgram(programs[name] ?? name)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"], NODE_ENV: "production" },
  });
  try {
    const line = await Promise.race([firstLine(child), endOf(child)]);
    const startMs = performance.now() - at;
    const { port } = JSON.parse(line) as { port?: number };
    return { startMs, idle: await settled(child, port) };
  } finally {
    child.kill("SIGKILL");
  }
}

/**
 * Starts a world as the host does: from `spawn()`, or for a spare from its order, until it listens and has
 * registered. `folder` holds the bundle and the built worlds.
 *
 * @throws as `startPeer` does
 */
export async function startWorld(isSpare: boolean, folder = builds): Promise<Start> {
  await using desk = await new Desk().listen();
  let at = performance.now();
  const child = startOn(
    serverCore,
    process.execPath,
    worldArguments({ bundle: join(folder, "world.mjs"), worlds: join(folder, "worlds") }),
    { stdio: ["ignore", "ignore", "inherit", "pipe"], env: { PORTCADE_LOG_FORMAT: "json" } },
  );
  try {
    let waiting: Usage | undefined;
    if (isSpare) {
      await pause(settleMs);
      waiting = usageOf(child.pid ?? Number.NaN);
      at = performance.now();
    }
    (child.stdio[3] as Writable).write(`${JSON.stringify(desk.order)}\n`);
    const { at: registeredAt, port } = await Promise.race([desk.registration, endOf(child)]);
    return { startMs: registeredAt - at, idle: await settled(child, port), waiting };
  } finally {
    child.kill("SIGKILL");
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) return "";
  const [line] = (await once(createInterface({ input: stdout }), "line")) as [string];
  return line;
}

async function endOf(child: ChildProcess): Promise<never> {
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  throw new Error(`it ended with ${code ?? signal}`);
}

async function reach(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.destroy();
}

/** What a process uses that listens and is left alone; afterwards it must still be there for players. */
async function settled({ pid }: ChildProcess, port: number | undefined): Promise<Usage> {
  await pause(settleMs);
  const idle = pid === undefined ? undefined : usageOf(pid);
  if (!idle) throw new Error("there is no /proc to read");
  if (port !== undefined) await reach(port);
  return idle;
}

/** The least a world needs of its master: somebody who takes its registration. */
class Desk implements AsyncDisposable {
  readonly registration: Promise<{ at: number; port: number | undefined }>;
  readonly order: LaunchOrder;
  readonly #folder = mkdtempSync(join(tmpdir(), "portcade-start-"));
  readonly #http = createServer();
  readonly #sockets = new WebSocketServer({ server: this.#http, perMessageDeflate: false });

  constructor() {
    const { promise, resolve } = Promise.withResolvers<{ at: number; port: number | undefined }>();
    this.registration = promise;
    this.order = {
      launch: "bench",
      token: "bench-token-0123456789",
      world,
      version: appVersion,
      masterUrl: `ws+unix:${this.#path}:/`,
      listen: { host: "127.0.0.1", port: 0 },
      origins: [],
      limits: {},
      logLevel: "info",
    };
    this.#sockets.on("connection", (socket) => {
      socket.on("error", () => {});
      socket.on("message", (data: Buffer) => {
        const at = performance.now();
        const message = JSON.parse(data.toString()) as FromLaunch;
        if (message.type !== "register") return;
        const answer: ToLaunch = { type: "registered", heartbeatMs: 1000, epoch: 1 };
        socket.send(JSON.stringify(answer));
        resolve({ at, port: "port" in message.endpoint ? message.endpoint.port : undefined });
      });
    });
  }

  async listen(): Promise<this> {
    this.#http.listen(this.#path);
    await once(this.#http, "listening");
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.close();
    await once(this.#http, "close");
    rmSync(this.#folder, { recursive: true });
  }

  get #path(): string {
    return join(this.#folder, "master.sock");
  }
}
