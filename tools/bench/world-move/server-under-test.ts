import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { compilePeer, peerProgram } from "../peers.ts";
import { serverCore, startOn } from "../processor.ts";
import type { ModeName, SystemName } from "../row.ts";

/** What a server counted of its own ticks since it was asked last. */
export interface TickFigures {
  readonly ticks: number;
  readonly tickP99Ms: number;
  readonly overruns: number;
}

export interface ServerUnderTest extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** Undefined where the server does not count. */
  takeTicks(): Promise<TickFigures | undefined>;
}

const programs: Readonly<Partial<Record<SystemName, string>>> = {
  "colyseus-view": "colyseus.mjs",
  "colyseus-all": "colyseus.mjs",
  socketio: "socketio.mjs",
  "ws-json": "ws-json.mjs",
};

/** Starts a peer's world on the server's core. It says where it listens, and its ticks when it is sent SIGUSR2. */
export async function startPeer(system: SystemName, mode: ModeName): Promise<ServerUnderTest> {
  const environment = { PATH: process.env["PATH"], NODE_ENV: "production" };
  const file = programs[system];
  const [command, ...args] =
    file === undefined
      ? [compilePeer("world-move/c-epoll.c"), mode]
      : [process.execPath, peerProgram(`world-move/${file}`), mode];
  const child = startOn(serverCore, command, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: environment,
  });
  const lines = linesOf(child);
  const { port } = (await lines.next()) as { port: number };
  return {
    pid: child.pid ?? Number.NaN,
    port,
    takeTicks() {
      child.kill("SIGUSR2");
      return lines.next() as Promise<TickFigures>;
    },
    [Symbol.asyncDispose]: () => stop(child),
  };
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

/** The lines of JSON a program prints, one after the other; rejects when it has ended. */
function linesOf(child: ChildProcess): { next(): Promise<unknown> } {
  const lines = child.stdout ? createInterface({ input: child.stdout })[Symbol.asyncIterator]() : undefined;
  return {
    async next() {
      const line = await lines?.next();
      if (!line || line.done) throw new Error("the server has ended");
      return JSON.parse(line.value);
    },
  };
}
