import type { Dropped, Status } from "./orders.ts";
import type { Tally } from "./tally.ts";
import { now } from "./wait.ts";

/** The system tells of a killed process at once; whatever ends later has another cause. */
const noticeMs = 3000;
/** How long after a master's end a world socket that ends is its doing. */
const masterMs = 15_000;

/** What is aimed at; whatever takes longer is worth a look into the logs. */
const slowMs = { world: 3000, master: 2000 };

/** Puts what players tell beside what was done to them: recovery times, and losses nobody can be excused for. */
export class Watch {
  readonly #tally: Tally;
  readonly #isTimed: boolean;
  readonly #worldKilledAt = new Map<string, number>();
  readonly #troubledUntil = new Map<string, number>();
  #masterKilledAt = -Infinity;
  #isMasterGone = false;
  #isMasterFrozen = false;
  #isOver = false;
  readonly #worldWaits = new Map<number, { since: number; from: number }>();
  readonly #controlWaits = new Map<number, number>();

  /** @param isTimed whether times of recovery are taken: not where something else keeps everybody waiting */
  constructor(tally: Tally, isTimed: boolean) {
    this.#tally = tally;
    this.#isTimed = isTimed;
  }

  worldKilled(world: string): void {
    this.#tally.worldKills += 1;
    this.#worldKilledAt.set(world, now());
    this.excuse(world, noticeMs);
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
  }

  /** Everything ends now, and that is no news. */
  close(): void {
    this.#isOver = true;
  }

  /** Sockets to this world may end for so long; `*` is every world. */
  excuse(world: string, forMs: number): void {
    const until = Math.max(now() + forMs, this.#troubledUntil.get(world) ?? 0);
    this.#troubledUntil.set(world, until);
  }

  /** Everybody is well again: what was before excuses only what is on its way. */
  calm(): void {
    for (const [world, until] of this.#troubledUntil)
      this.#troubledUntil.set(world, Math.min(until, now() + noticeMs));
  }

  dropped({ bot, at, world, code }: Dropped): void {
    if (this.#isOver) return;
    const killedAt = this.#worldKilledAt.get(world);
    // A world that dies while there is no master, or a new one, has to wait for it: another figure.
    const isAlone = !this.#isMasterGone && !this.#isMasterFrozen && at - this.#masterKilledAt > noticeMs;
    if (killedAt !== undefined && isAlone && at >= killedAt && at < killedAt + noticeMs)
      this.#worldWaits.set(bot, { since: at, from: killedAt });
    if (["*", world].some((name) => (this.#troubledUntil.get(name) ?? 0) >= at)) return;
    const what = `player ${bot} lost the socket of ${world} (code ${code})`;
    if (at - this.#masterKilledAt > masterMs) return this.#tally.lose(`${what} without a cause`);
    this.#tally.worldSocketsDroppedByMasterKill += 1;
    console.error(`${new Date().toISOString()} LOSS ${what} by a master's end`);
  }

  changed({ bot, at, isPlaying, hasControl }: Status): void {
    if (!this.#isTimed) return;
    const wait = this.#worldWaits.get(bot);
    if (wait && isPlaying && at > wait.since) {
      this.#worldWaits.delete(bot);
      this.#tally.worldMs.push(at - wait.from);
      tellSlow(bot, "in a world", at - wait.from, slowMs.world);
    }
    if (!hasControl) {
      if (this.#isMasterGone && !this.#controlWaits.has(bot))
        this.#controlWaits.set(bot, this.#masterKilledAt);
      return;
    }
    const since = this.#controlWaits.get(bot);
    this.#controlWaits.delete(bot);
    if (since === undefined) return;
    this.#tally.masterMs.push(at - since);
    tellSlow(bot, "with a master", at - since, slowMs.master);
  }
}

function tellSlow(bot: number, where: string, ms: number, mostMs: number): void {
  if (ms > mostMs)
    console.log(
      `${new Date().toISOString()} slow: player ${bot} is back ${where} after ${Math.round(ms)} ms`,
    );
}
