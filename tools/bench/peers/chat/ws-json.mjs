// Plain ws and JSON: a line is built once and sent to every client, as the package's own broadcast example does.
import { createServer } from "node:http";
import { WebSocket, WebSocketServer } from "ws";

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 4096 });
let lines = 0;
let guests = 0;

sockets.on("connection", (socket) => {
  let name;
  socket.on("message", (data) => {
    const { type, text } = JSON.parse(data);
    if (type === "hello") {
      name = `Guest-${++guests}`;
      socket.send(JSON.stringify({ type: "welcome", name }));
    } else if (name !== undefined) broadcast({ type: "line", line: ++lines, name, text });
  });
  socket.on("error", () => {});
});

function broadcast(message) {
  const text = JSON.stringify(message);
  for (const client of sockets.clients) if (client.readyState === WebSocket.OPEN) client.send(text);
}

server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
