import { createServer } from "node:http";
import { Room, Server } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { WebSocketTransport } from "@colyseus/ws-transport";

const World = schema({ tick: t.uint32() });

class WorldRoom extends Room {
  state = new World();
}

const http = createServer();
const server = new Server({ transport: new WebSocketTransport({ server: http }), greet: false });
server.define("world", WorldRoom);
await server.listen(0, "127.0.0.1");
console.log(JSON.stringify({ port: http.address().port }));
