import {
  linkSync,
  lstatSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  watch,
  type FSWatcher,
} from "node:fs";
import { basename, join } from "node:path";
import type { Piece } from "./frames.ts";
import type { Pipe, Way } from "./pipe.ts";
import { Proxy } from "./proxy.ts";

/** Client and master, client and world, world and master. */
export type Line = "control" | "world" | "launch";

/** A moment of the protocol: this frame is about to pass, or has just passed, this way on this line. */
export interface Moment {
  readonly line: Line;
  readonly way: Way;
  readonly type: string;
  readonly when: "before" | "after";
  readonly pipe: Pipe;
}

export interface LinesOptions {
  readonly dataDir: string;
  readonly masterPort: number;
  readonly moment: (moment: Moment) => void;
  readonly opened: (line: Line, pipe: Pipe) => void;
}

/** The proxies between everybody and everybody. Worlds listen on socket files, as behind the proxy of an installation. */
export class Lines implements AsyncDisposable {
  readonly control: Proxy;
  readonly world: Proxy;
  readonly launch: Proxy;
  readonly #dataDir: string;
  readonly #watcher: FSWatcher;

  private constructor(dataDir: string, control: Proxy, world: Proxy, launch: Proxy) {
    this.#dataDir = dataDir;
    this.control = control;
    this.world = world;
    this.launch = launch;
    this.#watcher = watch(dataDir, () => this.interpose());
  }

  static async open({ dataDir, masterPort, moment, opened }: LinesOptions): Promise<Lines> {
    const options = (line: Line) => ({
      opened: (pipe: Pipe) => {
        if (line === "world") pipe.notes.set("launch", launchAt(fileOf(pipe.asked)));
        opened(line, pipe);
      },
      on: {
        passing: (pipe: Pipe, way: Way, piece: Piece) => note(pipe, piece, line, way, "before"),
        passed: (pipe: Pipe, way: Way, piece: Piece) => note(pipe, piece, line, way, "after"),
      },
    });
    const note = (pipe: Pipe, { type, text }: Piece, line: Line, way: Way, when: Moment["when"]): void => {
      if (type === undefined) return;
      if (type === "register" && text !== undefined) remember(pipe, text);
      moment({ line, way, type, when, pipe });
    };
    const fileOf = (asked: string): string => join(dataDir, "worlds", `${routeOf(asked)}.sock`);
    const control = await Proxy.open({
      ...options("control"),
      target: () => ({ host: "127.0.0.1", port: masterPort }),
    });
    const world = await Proxy.open({
      ...options("world"),
      target: (asked) => ({ path: fileOf(asked) }),
    });
    const launch = await Proxy.open({
      ...options("launch"),
      path: join(dataDir, "proxy.sock"),
      target: () => ({ path: join(dataDir, "real.sock") }),
    });
    return new Lines(dataDir, control, world, launch);
  }

  of(line: Line): Proxy {
    return this[line];
  }

  /** The lines of players to this launch. */
  worldPipes(launch: string): Pipe[] {
    return [...this.world.pipes].filter(({ notes }) => notes.get("launch") === launch);
  }

  /** Takes the place of the socket a master has just made for its worlds; there is always one to dial. */
  interpose(): void {
    const [ours, real, link] = ["master.sock", "real.sock", "link.sock"].map((name) =>
      join(this.#dataDir, name),
    );
    if (!ours || !real || !link || lstatSync(ours, { throwIfNoEntry: false })?.isSocket() !== true) return;
    rmSync(real, { force: true });
    linkSync(ours, real);
    symlinkSync("proxy.sock", link);
    renameSync(link, ours);
  }

  /** Whatever was wrong with a line is over. */
  heal(): void {
    for (const proxy of [this.control, this.world, this.launch])
      for (const pipe of proxy.pipes) {
        pipe.bytesPerSecond = undefined;
        pipe.release();
      }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watcher.close();
    await Promise.all([this.control, this.world, this.launch].map((proxy) => proxy[Symbol.asyncDispose]()));
  }
}

/** What its player dialled it as. */
export function socketOf({ asked }: Pipe): string {
  return /[?&]socket=([\d.]+)/.exec(asked)?.[1] ?? "";
}

/** `/hub.c2?socket=1.7` is `hub.c2`. */
export function routeOf(asked: string): string {
  return /^\/([^?]*)/.exec(asked)?.[1] ?? "";
}

/** The launch that this route leads to now. */
function launchAt(file: string): string {
  try {
    return basename(readlinkSync(file), ".sock");
  } catch {
    return "";
  }
}

/** Whose line it is, by its own word. */
function remember(pipe: Pipe, text: string): void {
  const { launch, world, pid } = JSON.parse(text) as { launch: string; world: string; pid: number };
  for (const [name, value] of Object.entries({ launch, world, pid: String(pid) }))
    pipe.notes.set(name, value);
}
