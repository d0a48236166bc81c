// Socket.IO as its performance page recommends: WebSocket only, no compression, `volatile` for state, bufferutil.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { announce, Body, everyTick, Grid, isAll } from "./bodies.mjs";

const players = new Map();
const grid = new Grid();
const found = [];
let tick = 0;

const server = createServer();
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });

io.on("connection", (socket) => {
  const body = new Body(socket.handshake.auth);
  // The first request is not needed any more, and holds memory.
  socket.conn.request = null;
  players.set(socket, body);
  socket.on("move", (dx, dy) => body.push(dx, dy));
  socket.on("disconnect", () => players.delete(socket));
});

const record = ({ id, x, y }) => [id, Math.round(x), Math.round(y)];

everyTick(() => {
  tick++;
  for (const body of players.values()) {
    body.move();
    body.record = record(body);
  }
  if (isAll) {
    io.volatile.emit(
      "state",
      tick,
      Array.from(players.values(), ({ record }) => record),
    );
    return;
  }
  grid.fill(players.values());
  for (const [socket, body] of players)
    socket.volatile.emit(
      "state",
      tick,
      grid.near(body, found).map(({ record }) => record),
    );
});

server.listen(0, "127.0.0.1", () => announce(server));
