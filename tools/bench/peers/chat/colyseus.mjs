// Colyseus: a room without state whose messages are broadcast.
import { Room, Server } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { createServer } from "node:http";

class ChatRoom extends Room {
  autoDispose = false;
  patchRate = null;
  #lines = 0;
  #guests = 0;

  messages = {
    say: (client, text) => this.broadcast("line", { line: ++this.#lines, name: client.userData.name, text }),
  };

  onJoin(client) {
    client.userData = { name: `Guest-${++this.#guests}` };
  }
}

const http = createServer();
const server = new Server({
  transport: new WebSocketTransport({ server: http, perMessageDeflate: false }),
  greet: false,
});
server.define("chat", ChatRoom);
await server.listen(0, "127.0.0.1");
console.log(JSON.stringify({ port: http.address().port }));
