import { createServer as createHttpServer } from "node:http";
import type { ServerResponse } from "node:http";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";

export interface Tiles extends AsyncDisposable {
  /** The page that shows all clients side by side. */
  readonly url: string;
  /** Loads every client anew. */
  reload(): void;
}

/** One page with `count` clients of the master at `port`. */
export async function serveTiles(count: number, port: number): Promise<Tiles> {
  // A player lives in the storage of a tab and origin: each client needs an origin, and so a port, of its own.
  const doors = await Promise.all(Array.from({ length: count }, () => openDoor(port)));
  const page = pageOf(doors.map(portOf));
  const listeners = new Set<ServerResponse>();
  const server = createHttpServer((request, response) => {
    if (request.url !== "/reloads") return response.setHeader("content-type", "text/html").end(page);
    response.writeHead(200, { "content-type": "text/event-stream" }).write("\n");
    listeners.add(response);
    return response.on("close", () => listeners.delete(response));
  });
  await listen(server);
  return {
    url: `http://127.0.0.1:${portOf(server)}/`,
    reload: () => listeners.forEach((listener) => listener.write("data: now\n\n")),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      for (const one of [server, ...doors]) one.close();
    },
  };
}

/** Passes connections on to the master unchanged. */
async function openDoor(port: number): Promise<Server> {
  const door = createServer((from) => {
    const to = connect(port, "127.0.0.1");
    from.pipe(to).pipe(from);
    from.on("error", () => to.destroy());
    to.on("error", () => from.destroy());
  });
  await listen(door);
  return door;
}

const listen = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function pageOf(ports: readonly number[]): string {
  const columns = Math.ceil(Math.sqrt(ports.length));
  const frames = ports.map(
    (port, n) => `<iframe title="Client ${n + 1}" src="http://127.0.0.1:${port}/"></iframe>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Portcade, ${ports.length} clients</title>
<style>
  body { margin: 0; height: 100vh; display: grid; gap: 2px; background: #000; grid: auto-flow 1fr / repeat(${columns}, 1fr) }
  iframe { border: 0; width: 100%; height: 100% }
</style>
${frames.join("\n")}
<script>
  new EventSource("/reloads").onmessage = () => {
    for (const frame of document.querySelectorAll("iframe")) frame.src = frame.src;
  };
</script>
`;
}
