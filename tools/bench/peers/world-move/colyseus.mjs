// Colyseus with schema state: with a StateView per client (`aoi`), or one state for all. Coordinates are as small as
// its documentation advises: uint16, in 1/32 unit. The step runs in the hook before a patch, so that no input waits
// for a second timer.
import { Room, Server } from "@colyseus/core";
import { schema, StateView, t } from "@colyseus/schema";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { createServer } from "node:http";
import { announce, Body, Grid, isAll, TickMeter, tickMs } from "./bodies.mjs";

const Player = schema({ x: t.uint16(), y: t.uint16() }, "Player");
const World = isAll
  ? schema({ tick: t.uint32(), players: t.map(Player) }, "World")
  : schema({ tick: t.uint32(), players: t.map(Player).view() }, "World");

const gridPerUnit = 32;
const meter = new TickMeter();

class WorldRoom extends Room {
  state = new World();
  patchRate = tickMs;
  autoDispose = false;
  #bodies = new Map();
  #grid = new Grid();
  #found = [];

  messages = {
    move: (client, [dx, dy]) => this.#bodies.get(client.sessionId)?.push(dx, dy),
  };

  onCreate() {
    this.state.tick = 0;
  }

  onJoin(client, options) {
    const body = new Body(options);
    body.player = new Player();
    body.client = client;
    body.seen = new Set();
    show(body);
    this.#bodies.set(client.sessionId, body);
    this.state.players.set(String(body.id), body.player);
    if (!isAll) client.view = new StateView();
  }

  onLeave(client) {
    const body = this.#bodies.get(client.sessionId);
    this.#bodies.delete(client.sessionId);
    for (const other of this.#bodies.values())
      if (other.seen.delete(body)) other.client.view.remove(body.player);
    this.state.players.delete(String(body.id));
  }

  onBeforePatch() {
    this.state.tick++;
    for (const body of this.#bodies.values()) {
      body.move();
      show(body);
    }
    if (!isAll) this.#updateViews();
  }

  broadcastPatch() {
    meter.begin();
    const hasChanged = super.broadcastPatch();
    meter.end();
    return hasChanged;
  }

  #updateViews() {
    this.#grid.fill(this.#bodies.values());
    for (const body of this.#bodies.values()) {
      const near = new Set(this.#grid.near(body, this.#found));
      const { view } = body.client;
      for (const other of near) if (!body.seen.has(other)) view.add(other.player);
      for (const other of body.seen) if (!near.has(other)) view.remove(other.player);
      body.seen = near;
    }
  }
}

function show({ player, x, y }) {
  player.x = Math.round(x * gridPerUnit);
  player.y = Math.round(y * gridPerUnit);
}

const http = createServer();
// Its own shutdown would take SIGUSR2, which asks for the ticks here.
const server = new Server({
  transport: new WebSocketTransport({ server: http }),
  greet: false,
  gracefullyShutdown: false,
});
server.define("world", WorldRoom);
await server.listen(0, "127.0.0.1");
announce(http);
