import { closeSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ToHost } from "#core/inbox.ts";
import { limits } from "#shared/limits.ts";
import { HandClock } from "../hand-clock.ts";
import { Host } from "./host.ts";
import { Pids, recordOf } from "./pids.ts";
import { type Places, PortPlaces } from "./places.ts";
import { FakeProcess } from "./testing.ts";
import { Words } from "./words.ts";

/** A folder, a clock, and what the hosts of one test have started, told and reported. */
export class HostBench implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), "portcade-host-"));
  readonly clock = new HandClock();
  readonly started: FakeProcess[] = [];
  readonly told: { to: string; body: object }[] = [];
  readonly reported: string[] = [];
  /** Of the processes to come. */
  pids: (number | undefined)[] = Array<number>(5).fill(process.pid);
  blanks: string[] = [];

  host(places: Places = new PortPlaces("127.0.0.1", new Map([["hub", 4000]]))): Host {
    const { clock } = this;
    return new Host({
      limits,
      nature: {
        now: () => clock.now(),
        wakeAt: (at, wake) => clock.wakeAt(at, wake),
        newId: (prefix) => prefix,
        newSecret: () => ({ token: "", hash: "" }),
      },
      pids: new Pids(this.dir),
      words: new Words(this.dir),
      places,
      start: () => {
        const next = new FakeProcess(this.pids.shift(), this.blanks.shift());
        this.started.push(next);
        return next;
      },
      order: () => ({
        version: "0.1",
        masterUrl: "ws://127.0.0.1:1/",
        origins: [],
        limits: {},
        logLevel: "info",
      }),
      tell: (_, to, body) => void this.told.push({ to, body }),
      report: (event, { reason }) =>
        void this.reported.push(reason === undefined ? event : `${event}: ${reason}`),
    });
  }

  /** As a former master left it, but for what is said otherwise. */
  note(launch: string, other?: object): void {
    const record = recordOf(launch, "hub", process.pid);
    if (record) new Pids(this.dir).note({ ...record, ...other });
  }

  /** The path of a spare's file. */
  blank(): string {
    const { path, fd } = new Words(this.dir).blank();
    closeSync(fd);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Resolves when what follows from it has happened, as far as nothing else is waited for. */
export async function obey(host: Host, body: ToHost): Promise<void> {
  host.receive({ id: "m", from: "launch:x", to: "host:local", body });
  await new Promise(setImmediate);
}

export const launch = (host: Host, id: string): Promise<void> =>
  obey(host, { type: "launch", launch: id, world: "hub", token: `token-of-${id}` });

/** The launches a master knows of, all of the hub. */
export const worldsOf = (...launches: string[]): Map<string, string> =>
  new Map(launches.map((id) => [id, "hub"]));
