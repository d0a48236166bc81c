import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { compilePeer, peerProgram } from "./peers.ts";
import { serverCore, startOn } from "./processor.ts";
import type { SystemName } from "./row.ts";
import { stop } from "./world-move/server-under-test.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readyMs = 20_000;

/** A whole crowd behind one address, which talks without a pause. Everything else is as it comes. */
const crowdSettings = {
  PORT: 0,
  WORLD_PORT_BASE: 0,
  WARM_SPARES: 0,
  LIMIT_CONNECTIONS_TOTAL: 50_000,
  LIMIT_PLAYERS_TOTAL: 50_000,
  LIMIT_CHAT_COUNT: 1_000_000,
  LIMIT_CONTROL_FRAMES_PER_SECOND: 1_000_000,
  LIMIT_CONTROL_FRAME_BURST: 1_000_000,
};

/** A server that has a chat room, on the server's core. */
export interface ChatServer extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

/** Starts Portcade's master, or a peer with one room. */
export function startChat(system: SystemName): Promise<ChatServer> {
  return system === "portcade" ? startMaster() : startPeer(system);
}

async function startMaster(): Promise<ChatServer> {
  const folder = mkdtempSync(join(tmpdir(), "portcade-bench-"));
  const log = join(folder, "master.log");
  const settings = Object.entries({ ...crowdSettings, DATA_DIR: join(folder, "data") });
  const file = openSync(log, "w");
  const child = startOn(serverCore, process.execPath, ["server/main.ts", "start"], {
    cwd: root,
    stdio: ["ignore", file, file],
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      ...Object.fromEntries(settings.map(([name, value]) => [`PORTCADE_${name}`, String(value)])),
    },
  });
  closeSync(file);
  const changes = watch(log);
  const dispose = async (): Promise<void> => {
    await stop(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const signal = AbortSignal.timeout(readyMs);
    for (;;) {
      const [, port] = /MASTER_READY [^"]*\bport=(\d+)/.exec(readFileSync(log, "utf8")) ?? [];
      if (port !== undefined)
        return { pid: child.pid ?? Number.NaN, port: Number(port), [Symbol.asyncDispose]: dispose };
      await once(changes, "change", { signal });
    }
  } catch (cause) {
    const said = readFileSync(log, "utf8");
    await dispose();
    throw new Error(`the master does not start: ${said.slice(-500)}`, { cause });
  } finally {
    changes.close();
  }
}

async function startPeer(system: SystemName): Promise<ChatServer> {
  const program = system.replace(/-all$/, "");
  const [command, ...args] =
    system === "c-epoll"
      ? [compilePeer("chat/chat-epoll.c")]
      : [process.execPath, peerProgram(`chat/${program}.mjs`)];
  const child = startOn(serverCore, command, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"], NODE_ENV: "production" },
  });
  if (!child.stdout) throw new Error("a pipe was asked for");
  for await (const line of createInterface({ input: child.stdout })) {
    const { port } = JSON.parse(line) as { port: number };
    return { pid: child.pid ?? Number.NaN, port, [Symbol.asyncDispose]: () => stop(child) };
  }
  throw new Error(`${system} does not start`);
}
