// Plain ws and JSON: each tick every client gets the positions of those it should see, whole units.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { announce, Body, everyTick, Grid, isAll } from "./bodies.mjs";

const players = new Map();
const grid = new Grid();
const found = [];
let tick = 0;

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 4096 });

sockets.on("connection", (socket, request) => {
  const body = new Body(Object.fromEntries(new URL(request.url, "ws://localhost").searchParams));
  players.set(socket, body);
  socket.on("message", (data) => {
    const { dx, dy } = JSON.parse(data);
    body.push(dx, dy);
  });
  socket.on("close", () => players.delete(socket));
  socket.on("error", () => {});
});

const record = ({ id, x, y }) => [id, Math.round(x), Math.round(y)];

everyTick(() => {
  tick++;
  for (const body of players.values()) {
    body.move();
    body.record = record(body);
  }
  if (isAll) {
    const text = JSON.stringify({ tick, players: Array.from(players.values(), ({ record }) => record) });
    for (const socket of players.keys()) socket.send(text);
    return;
  }
  grid.fill(players.values());
  for (const [socket, body] of players)
    socket.send(JSON.stringify({ tick, players: grid.near(body, found).map(({ record }) => record) }));
});

server.listen(0, "127.0.0.1", () => announce(server));
