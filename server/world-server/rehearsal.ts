import { limits } from "#shared/limits.ts";
import { appVersion, protocol } from "#shared/version.ts";
import { settingsOf } from "#shared/world-settings.ts";
import { clock } from "./clock.ts";
import { sha256 } from "./digest.ts";
import { Log } from "./log.ts";
import { MasterLink } from "./master-link.ts";
import { openWorld } from "./open-world.ts";
import type { World } from "./world-files.ts";

/** A room of one free tile. */
const room: World = {
  key: "rehearsal",
  mapSha256: "",
  ...settingsOf({}),
  map: {
    v: 1,
    key: "rehearsal",
    name: "Rehearsal",
    w: 1,
    h: 1,
    tile: 64,
    layers: { ground: [], deco: [], above: [] },
    solid: "AA==",
    spawns: { default: { x: 32, y: 32, facing: 0 } },
    portals: {},
    npcs: [],
    zones: [],
    signs: [],
    tilesets: [],
    theme: { backdrop: "#000000", accent: "#ffffff" },
  },
};

/**
 * What a spare does with its time: it opens a world and dials its master, so that nothing of that is done for
 * the first time when it counts. The master it dials is the world's own door, which turns it away: then all is
 * loaded and has run. Both meet at a name that is no file and that Linux forgets with the socket; elsewhere
 * there is no such name, and only what takes longest is loaded.
 */
export async function rehearse(): Promise<void> {
  sha256("");
  if (process.platform !== "linux") return;
  const name = `portcade-rehearsal-${process.pid}`;
  const turnedAway = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const log = new Log({
    format: "json",
    write: (line) => line.includes('"link.closed"') && turnedAway.resolve(),
  });
  log.identify(room.key, room.key, "debug");
  const master = new MasterLink({
    url: `ws+unix:%00${name}:/`,
    limits,
    clock,
    log,
    register: () => ({
      type: "register",
      launch: room.key,
      token: name,
      world: room.key,
      version: appVersion,
      protocol: protocol.newest,
      pid: process.pid,
      endpoint,
      roster: launch.roster,
    }),
    roster: () => launch.roster,
    hear: () => {},
    registered: () => {},
    ended: () => turnedAway.resolve(),
  });
  const { launch, endpoint } = await openWorld({
    id: room.key,
    world: room,
    limits,
    clock,
    log,
    master,
    order: { listen: { socket: `\0${name}` }, origins: [] },
    closed: () => closed.resolve(),
  });
  master.start();
  await turnedAway.promise;
  launch.stop("rehearsed");
  await Promise.all([closed.promise, master.close()]);
}
