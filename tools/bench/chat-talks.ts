import { appVersion, protocol } from "#shared/version.ts";
import type { SystemName } from "./row.ts";
import { clientFrame } from "./world-move/client-socket.ts";
import type { ClientSocket } from "./world-move/client-socket.ts";

const [text, binary] = [1, 2];

/** How a client of one system comes in and says a line. */
export interface Talk {
  /** Where to open the socket. */
  path(port: number): Promise<string>;
  /** The hello, where the client speaks first. */
  opened(socket: ClientSocket): void;
  /** Reads what is no line: returns the session once the server has let the client in. */
  hear(payload: Buffer, socket: ClientSocket): string | undefined;
  /** The frame that says a line. */
  say(line: string): Buffer;
}

/** Every system's talk; a talk has no state, so all clients share it. */
export const talks: Readonly<Partial<Record<SystemName, Talk>>> = {
  portcade: {
    path: async () => "/",
    opened: (socket) => socket.say(JSON.stringify({ type: "hello", id: 1, protocol, version: appVersion })),
    hear: (payload) => {
      const message = JSON.parse(payload.toString("latin1")) as Record<string, string>;
      if (message["type"] === "rejected" || message["type"] === "denied")
        throw new Error(`refused: ${message["reason"]}`);
      return message["type"] === "welcome" ? message["session"] : undefined;
    },
    say: (line) => clientFrame(text, Buffer.from(JSON.stringify({ type: "chat.send", id: 2, text: line }))),
  },
  "ws-json": {
    path: async () => "/",
    opened: (socket) => socket.say(JSON.stringify({ type: "hello" })),
    hear: (payload) => (JSON.parse(payload.toString("latin1")) as { name?: string }).name,
    say: (line) => clientFrame(text, Buffer.from(JSON.stringify({ type: "say", text: line }))),
  },
  socketio: {
    path: async () => "/socket.io/?EIO=4&transport=websocket",
    opened: () => {},
    // Engine.IO's packet types: 0 open, 2 ping, 4 message; in a message Socket.IO's: 0 connect, 4 refused.
    hear: (payload, socket) => {
      const packet = payload.toString("latin1");
      if (packet.startsWith("44")) throw new Error("refused");
      if (packet.startsWith("0")) socket.say("40");
      else if (packet.startsWith("2")) socket.say("3");
      return packet.startsWith("40") ? (JSON.parse(packet.slice(2)) as { sid: string }).sid : undefined;
    },
    say: (line) => clientFrame(text, Buffer.from(`42${JSON.stringify(["say", line])}`)),
  },
  "colyseus-all": {
    path: async (port) => {
      const reply = await fetch(`http://127.0.0.1:${port}/matchmake/joinOrCreate/chat`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      });
      if (!reply.ok) throw new Error(`refused: ${reply.status}`);
      const seat = (await reply.json()) as Record<"processId" | "roomId" | "sessionId", string>;
      return `/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`;
    },
    opened: () => {},
    // 10 is the join, with a token of the session; the client says the same back.
    hear: (payload, socket) => {
      if (payload[0] !== 10) return undefined;
      socket.say(Uint8Array.of(10));
      return payload.toString("latin1", 2, 2 + (payload[1] ?? 0));
    },
    // 13 is room data: its type and its value, both msgpack strings.
    say: (line) =>
      clientFrame(binary, Buffer.concat([room("say"), Buffer.of(0xd9, line.length), Buffer.from(line)])),
  },
  "c-epoll": {
    path: async () => "/",
    opened: (socket) => socket.say(new Uint8Array(0)),
    hear: (payload) => (payload.length === 0 ? "" : undefined),
    say: (line) => clientFrame(binary, Buffer.from(line)),
  },
};

const room = (type: string): Buffer => Buffer.concat([Buffer.of(13, 0xa0 | type.length), Buffer.from(type)]);

const lineLength = 100;
const mark = 0x23;
const digits = 8;

/** A line of 100 characters that says which one it is. */
export function lineOf(index: number): string {
  return `#${String(index).padStart(digits, "0")} `.padEnd(lineLength, "how are you today? ");
}

/** Which line a frame holds, in every system's words; −1 when it holds none. Only numbers stand before a text's mark. */
export function indexIn(payload: Buffer): number {
  const at = payload.lastIndexOf(mark);
  if (at < 0 || payload.length - at < lineLength) return -1;
  let index = 0;
  for (let digit = 1; digit <= digits; digit++) index = index * 10 + (payload[at + digit] as number) - 0x30;
  return index;
}
