import { readlinkSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "../make-folder.ts";
import type { LaunchOrder } from "#shared/protocol/launch-master.ts";

type Listen = LaunchOrder["listen"];

/** Where launches listen for players. */
export interface Places {
  /** @returns an address no other living launch has */
  give(launch: string, world: string): Listen;
  /** A launch of a former master lives on where it was, on `port` if that was written down. */
  keep(launch: string, world: string, port?: number): void;
  free(launch: string): void;
}

/**
 * One TCP port per launch: the world's own, kept for ever, or while another launch of it lives the next
 * one above all of them.
 */
export class PortPlaces implements Places {
  readonly #host: string;
  readonly #own: ReadonlyMap<string, number>;
  readonly #taken = new Map<string, number>();

  /** @param own the kept port of every world */
  constructor(host: string, own: ReadonlyMap<string, number>) {
    this.#host = host;
    this.#own = own;
  }

  give(launch: string, world: string): Listen {
    const taken = new Set(this.#taken.values());
    let port = this.#own.get(world) ?? 0;
    if (taken.has(port)) {
      port = Math.max(...this.#own.values()) + 1;
      while (taken.has(port)) port++;
    }
    // Above the last port there is only luck; the process says where it listens when it registers.
    if (port > 65_535) port = 0;
    if (port !== 0) this.#taken.set(launch, port);
    return { host: this.#host, port };
  }

  /** An unknown port is taken all the same, as the next process to try it will find. */
  keep(launch: string, _: string, port?: number): void {
    if (port !== undefined) this.#taken.set(launch, port);
  }

  free(launch: string): void {
    this.#taken.delete(launch);
  }
}

/**
 * One Unix socket per launch, `<launch>.sock`, found by a proxy under its route names: `<world>.<launch>`
 * always, and `<world>` for the launch that came first.
 */
export class SocketPlaces implements Places {
  readonly #dir: string;
  readonly #worlds = new Map<string, string>();
  readonly #first = new Map<string, string>();

  constructor(dir: string) {
    this.#dir = dir;
    makeFolder(dir);
  }

  give(launch: string, world: string): Listen {
    this.#worlds.set(launch, world);
    this.#link(`${world}.${launch}`, launch);
    if (!this.#first.has(world)) {
      this.#first.set(world, launch);
      this.#link(world, launch);
    }
    return { socket: join(this.#dir, `${launch}.sock`) };
  }

  keep(launch: string, world: string): void {
    this.#worlds.set(launch, world);
    if (linkOf(join(this.#dir, `${world}.sock`)) === `${launch}.sock`) this.#first.set(world, launch);
  }

  free(launch: string): void {
    const world = this.#worlds.get(launch);
    if (world === undefined) return;
    this.#worlds.delete(launch);
    this.#unlink(launch);
    this.#unlink(`${world}.${launch}`);
    if (this.#first.get(world) !== launch) return;
    this.#first.delete(world);
    this.#unlink(world);
  }

  #link(name: string, launch: string): void {
    this.#unlink(name);
    symlinkSync(`${launch}.sock`, join(this.#dir, `${name}.sock`));
  }

  #unlink(name: string): void {
    rmSync(join(this.#dir, `${name}.sock`), { force: true });
  }
}

/** The name in addresses by which a proxy finds the launch of this world that listens on this socket. */
export function routeOf(world: string, socket: string): string {
  const isFirst = linkOf(join(dirname(socket), `${world}.sock`)) === basename(socket);
  return isFirst ? world : `${world}.${basename(socket, ".sock")}`;
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
