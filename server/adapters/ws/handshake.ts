import { type ClientRequest, type IncomingMessage, request, type RequestOptions } from "node:http";
import { connect, type NetConnectOpts } from "node:net";
import type { Duplex } from "node:stream";
import { randomBytes } from "./masked-frame.ts";
import { sha1 } from "./sha1.ts";
import { turnAway } from "./upgrade.ts";
import { type TransportOptions, WebSocketTransport } from "./web-socket-transport.ts";

const version = "13";
const keyBytes = 16;
const keyShape = /^[+/0-9A-Za-z]{22}==$/;
/** RFC 6455's own. */
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

const answerTo = (key: string): string => sha1(key + guid).toString("base64");

/**
 * Answers a client that asks for a WebSocket; extensions and subprotocols it offers are passed over.
 *
 * @returns `undefined` for one that does not ask properly: it has been turned away
 */
export function acceptWebSocket(
  { method, headers }: IncomingMessage,
  stream: Duplex,
  head: Uint8Array,
  options: TransportOptions,
): WebSocketTransport | undefined {
  const key = headers["sec-websocket-key"];
  if (method !== "GET" || headers.upgrade?.toLowerCase() !== "websocket" || !isKey(key)) {
    turnAway(stream, 400);
    return undefined;
  }
  if (headers["sec-websocket-version"] !== version) {
    turnAway(stream, 426, [`Sec-WebSocket-Version: ${version}`]);
    return undefined;
  }
  stream.write(
    [
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Accept: ${answerTo(key)}`,
      "",
      "",
    ].join("\r\n"),
  );
  return new WebSocketTransport(stream, head, options);
}

function isKey(key: string | undefined): key is string {
  return key !== undefined && keyShape.test(key);
}

export interface DialOptions extends TransportOptions {
  /** How long the peer may take to answer. */
  readonly timeoutMs: number;
  readonly opened: (transport: WebSocketTransport) => void;
  /** Once, instead of `opened`: nobody answers, or not as a WebSocket does. */
  readonly failed: (why: string) => void;
}

/**
 * Dials `ws://host:port/path` or, on a Unix socket, `ws+unix:/file:/path`.
 *
 * @returns how to call it off; then nothing is said any more
 */
export function dialWebSocket(url: string, options: DialOptions): () => void {
  const { timeoutMs, opened, failed } = options;
  const key = randomBytes(keyBytes).toString("base64");
  let isOver = false;
  const fail = (why: string): void => {
    if (isOver) return;
    isOver = true;
    dialled.destroy();
    failed(why);
  };
  const dialled = ask(url, key, timeoutMs);
  dialled.on("error", ({ message }) => fail(message));
  dialled.on("timeout", () => fail("timeout"));
  dialled.on("response", ({ statusCode }) => fail(`status ${statusCode}`));
  dialled.on("upgrade", (response, stream, head) => {
    // Without a listener an error in this moment would end the process.
    stream.on("error", () => stream.destroy());
    if (isOver || !isAnswer(response, key)) {
      stream.destroy();
      return fail("not a WebSocket");
    }
    isOver = true;
    opened(new WebSocketTransport(stream, head, { ...options, isDialling: true }));
  });
  dialled.end();
  return () => {
    isOver = true;
    dialled.destroy();
  };
}

function ask(url: string, key: string, timeout: number): ClientRequest {
  const headers = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Key": key,
    "Sec-WebSocket-Version": version,
  };
  const { protocol, hostname, port, pathname, search } = new URL(url);
  if (protocol !== "ws+unix:") {
    const path = pathname + search;
    return request({
      host: hostname,
      port: port === "" ? 80 : port,
      path,
      headers,
      timeout,
      createConnection,
    });
  }
  const [file = "", path = "/"] = pathname.split(":");
  const socketPath = decodeURI(file);
  return request({ socketPath, path, headers: { ...headers, Host: "localhost" }, timeout, createConnection });
}

/** One socket for one request: an agent would only be in the way, and costs a start its time. */
const createConnection: NonNullable<RequestOptions["createConnection"]> = (options) =>
  connect({ ...options, path: options.socketPath ?? undefined } as NetConnectOpts);

/** Extensions and subprotocols were not asked for, so an answer that has one is none. */
function isAnswer({ headers }: IncomingMessage, key: string): boolean {
  return (
    headers.upgrade?.toLowerCase() === "websocket" &&
    headers["sec-websocket-accept"] === answerTo(key) &&
    headers["sec-websocket-extensions"] === undefined &&
    headers["sec-websocket-protocol"] === undefined
  );
}
