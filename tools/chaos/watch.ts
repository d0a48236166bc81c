import { closeCodes } from "#shared/protocol/close-codes.ts";
import type { Dropped, Status } from "./orders.ts";
import type { Tally } from "./tally.ts";
import { playerOf, textOf, type Recovery, type Trace } from "./trace.ts";
import { now } from "./wait.ts";

/** A world that dies so soon after its master has to wait for the next one: another figure. */
const masterMs = 3000;
/** How long after a master's end a world socket that ends is its doing. */
const aftermathMs = 15_000;

/** What is aimed at; whatever takes longer is worth a look into the logs. */
const slowMs = { world: 3000, master: 2000 };

/** Puts what players tell beside what was done to them: recovery times, and losses nobody can be excused for. */
export class Watch {
  readonly #tally: Tally;
  readonly #isTimed: boolean;
  readonly #trace: Trace;
  /** Sockets that are to end, and when their world was killed, if it was. */
  readonly #doomed = new Map<string, number | undefined>();
  /** The newest socket of each player that was to end. */
  readonly #newestDoomed = new Map<number, number>();
  #masterKilledAt = -Infinity;
  #masterReadyAt = -Infinity;
  #isMasterGone = false;
  #isMasterFrozen = false;
  #isOver = false;
  readonly #worldWaits = new Map<number, { since: number; from: number }>();
  readonly #controlWaits = new Map<number, number>();

  /** @param isTimed whether times of recovery are taken: not where something else keeps everybody waiting */
  constructor(tally: Tally, isTimed: boolean, trace: Trace) {
    this.#tally = tally;
    this.#isTimed = isTimed;
    this.#trace = trace;
  }

  /** @param sockets which led to it */
  worldKilled(sockets: readonly string[]): void {
    this.#tally.worldKills += 1;
    this.doom(sockets, now());
  }

  masterKilled(): void {
    this.#tally.masterKills += 1;
    this.#masterKilledAt = now();
    this.#isMasterGone = true;
    this.#worldWaits.clear();
  }

  /** Until it is not: who lost a world meanwhile has to wait for its master, and that is another figure. */
  masterFrozen(isFrozen: boolean): void {
    this.#isMasterFrozen = isFrozen;
    this.#worldWaits.clear();
  }

  masterReady(): void {
    this.#isMasterGone = false;
    this.#masterReadyAt = now();
  }

  /** Everything ends now, and that is no news. */
  close(): void {
    this.#isOver = true;
  }

  /** These sockets, and no others, may end: something was done to them. */
  doom(sockets: readonly string[], killedAt?: number): void {
    for (const socket of sockets) {
      this.#doomed.set(socket, killedAt ?? this.#doomed.get(socket));
      const player = playerOf(socket);
      this.#newestDoomed.set(player, Math.max(numberOf(socket), this.#newestDoomed.get(player) ?? 0));
    }
  }

  /** It is over, and whoever got through it has no more excuse. */
  spare(sockets: readonly string[]): void {
    for (const socket of sockets) {
      this.#doomed.delete(socket);
      const player = playerOf(socket);
      if (this.#newestDoomed.get(player) === numberOf(socket)) this.#newestDoomed.delete(player);
    }
  }

  dropped({ bot, at, world, code, socket }: Dropped): void {
    if (this.#isOver) return;
    const isDoomed = this.#doomed.has(socket);
    const killedAt = this.#doomed.get(socket);
    this.#doomed.delete(socket);
    const isAlone = !this.#isMasterGone && !this.#isMasterFrozen && at - this.#masterKilledAt > masterMs;
    if (killedAt !== undefined && isAlone) this.#worldWaits.set(bot, { since: at, from: killedAt });
    if (isDoomed || this.#isSentAfter(bot, socket, code)) return;
    const what = `player ${bot} lost the socket ${socket} of ${world} (code ${code})`;
    if (at - this.#masterKilledAt > aftermathMs) return this.#tally.lose(`${what} without a cause`);
    this.#tally.worldSocketsDroppedByMasterKill += 1;
    console.error(`${new Date().toISOString()} LOSS ${what} by a master's end`);
  }

  /**
   * Whoever has been committed to a world that dies with its master never hears that they have arrived. The world they
   * come from lets them go as soon as it hears of it: that is the way back into the one that died.
   */
  #isSentAfter(bot: number, socket: string, code: number): boolean {
    return code === closeCodes.removed.code && numberOf(socket) < (this.#newestDoomed.get(bot) ?? 0);
  }

  changed({ bot, at, isPlaying, hasControl }: Status): void {
    if (!this.#isTimed) return;
    const wait = this.#worldWaits.get(bot);
    if (wait && isPlaying && at > wait.since) {
      this.#worldWaits.delete(bot);
      const steps = { closed: wait.since, playing: at };
      this.#recovered("world", this.#trace.recovery(bot, wait.from, at, steps));
    }
    if (!hasControl) {
      if (this.#isMasterGone && !this.#controlWaits.has(bot))
        this.#controlWaits.set(bot, this.#masterKilledAt);
      return;
    }
    const since = this.#controlWaits.get(bot);
    this.#controlWaits.delete(bot);
    if (since === undefined) return;
    const steps = { ready: this.#masterReadyAt, control: at };
    this.#recovered("master", this.#trace.recovery(bot, since, at, steps));
  }

  #recovered(whom: "world" | "master", recovery: Recovery): void {
    this.#tally.recovered(whom, recovery);
    if (recovery.ms > slowMs[whom])
      console.log(`${new Date().toISOString()} slow to a ${whom}: ${textOf(recovery)}`);
  }
}

/** `3.17` is the 17th socket of player 3. */
function numberOf(socket: string): number {
  return Number(/\d+$/.exec(socket)?.[0]);
}
