import { now } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Player } from "./player.ts";
import { Pressure } from "./pressure.ts";
import { FrameBytes } from "./replication/frame-bytes.ts";
import { SendRound } from "./send-round.ts";
import type { Simulation } from "./simulation.ts";
import { TickTimes } from "./tick-times.ts";

export interface AudienceCounts {
  busyMs: number;
  /** The 99th percentile of what recent ticks took, with all they sent. */
  tickP99Ms: number;
  /** Ticks that took longer than they may. */
  overruns: number;
  /** How hard pressed the world is: 0–3 (pressure.ts). */
  pressure: number;
  /** Snapshots left out because their player reads too slowly. */
  skipped: number;
}

/** Those who are shown a world: after every tick that is told they are told it, as far as the time allows. */
export class Audience {
  readonly #simulation: Simulation;
  readonly #log: Log;
  readonly #players = new Set<Player>();
  /** The same in a row, for the next round. */
  #row: readonly Player[] | undefined;
  /** The snapshots of a slice of players, and whether a socket still needs its memory. */
  readonly #frame = new FrameBytes();
  #isKept = false;
  readonly #round: SendRound<Player>;
  readonly #pressure: Pressure;
  readonly #tickTimes = new TickTimes();
  #busyMs = 0;
  #skipped = 0;
  #sends = 0;
  /** The newest send came later than its time. */
  #isLate = false;

  /** `sendMs`: from one send to the next. `radius`: how far players see, units. */
  constructor(simulation: Simulation, { sendMs, radius }: { sendMs: number; radius: number }, log: Log) {
    this.#simulation = simulation;
    this.#log = log;
    this.#pressure = new Pressure(sendMs, radius);
    this.#round = new SendRound({
      prepare: (player, index) => this.#prepare(player, index),
      send: (player) => this.#send(player),
      sent: () => this.#sent(),
      done: (busyMs) => this.#settle(busyMs),
    });
  }

  get counts(): AudienceCounts {
    return {
      busyMs: this.#busyMs,
      tickP99Ms: this.#tickTimes.p99,
      overruns: this.#pressure.overruns,
      pressure: this.#pressure.level,
      skipped: this.#skipped,
    };
  }

  get isTelling(): boolean {
    return this.#round.isRunning;
  }

  [Symbol.iterator](): Iterator<Player> {
    return this.#players[Symbol.iterator]();
  }

  /** From now on, and at once, not only at the next tick. */
  add(player: Player): void {
    player.watch(this.#simulation);
    this.#players.add(player);
    this.#row = undefined;
    if (!player.prepare(this.#simulation, this.#frame)) this.#skipped++;
    this.#send(player);
    this.#sent();
  }

  remove(player: Player): void {
    player.leave(this.#simulation);
    if (this.#players.delete(player)) this.#row = undefined;
  }

  /** Time has passed in the world, in a step that began at `from`: what is due is settled and told. */
  tell(ticks: number, from: number): void {
    this.#isLate ||= ticks > 1;
    this.#round.finish();
    const isDue = this.#simulation.publish(this.#pressure.isHalved);
    const busyMs = now() - from;
    if (!isDue) return void (this.#busyMs += busyMs);
    this.#sends++;
    this.#round.start((this.#row ??= [...this.#players]), busyMs);
  }

  /** Under the highest pressure players take turns, unless all wait together (`publish`). */
  #prepare(player: Player, index: number): void {
    const isTheirTurn = this.#simulation.replication.isWhole || ((index + this.#sends) & 1) === 0;
    if (this.#pressure.isHalved && !isTheirTurn) return;
    if (!player.prepare(this.#simulation, this.#frame)) this.#skipped++;
  }

  #send(player: Player): void {
    if (!player.send(this.#frame)) this.#isKept = true;
  }

  #sent(): void {
    if (this.#isKept) this.#frame.renew();
    this.#isKept = false;
    this.#frame.at = 0;
  }

  /** Everybody has been told. */
  #settle(busyMs: number): void {
    this.#busyMs += busyMs;
    this.#tickTimes.add(busyMs);
    const isNew = this.#pressure.note(busyMs, this.#isLate);
    this.#isLate = false;
    if (!isNew) return;
    const { level, rings } = this.#pressure;
    this.#simulation.replication.pressure = rings;
    this.#log.info("world.pressure", `pressure is ${level} of 3`, { pressure: level });
  }
}
