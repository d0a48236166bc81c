// Socket.IO as its performance page recommends: WebSocket only, no compression, bufferutil, the request let go.
import { createServer } from "node:http";
import { Server } from "socket.io";

const server = createServer();
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
let lines = 0;
let guests = 0;

io.on("connection", (socket) => {
  socket.conn.request = null;
  const name = `Guest-${++guests}`;
  socket.on("say", (text) => io.emit("line", ++lines, name, text));
});

server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
