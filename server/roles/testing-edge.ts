import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { get } from "node:https";

/** The handshake of a WebSocket. */
export const asWebSocket = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** Something that hears every request, and says that it has; at a port, or on a socket file (its port is 0 then). */
export async function listening(
  hear: (request: IncomingMessage) => void,
  path?: string,
): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((request, response) => {
    hear(request);
    response.end("heard");
  });
  server.on("upgrade", (request, socket) => {
    hear(request);
    socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
  });
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(path, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What is answered, also to a WebSocket's handshake; the connection is over then. */
export function answerOf(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number | undefined; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    get({ host: "localhost", port, path, headers, rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, headers: answer.headers });
    })
      .on("upgrade", (answer, socket) => {
        socket.destroy();
        resolve({ status: answer.statusCode, headers: answer.headers });
      })
      .on("error", reject);
  });
}
