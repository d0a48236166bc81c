import { dialWebSocket } from "#adapters/ws/handshake.ts";
import { Link } from "#adapters/ws/link.ts";
import type { Clock } from "#adapters/ws/link.ts";
import type { LinkTransport } from "#adapters/ws/link-transport.ts";
import { linkBounds, transportOptions } from "#adapters/ws/upgrade.ts";
import type { Limits } from "#shared/limits.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import { encode } from "#shared/protocol/frame.ts";
import type { FromLaunch, Roster, ToLaunch } from "#shared/protocol/launch-master.ts";
import { RosterParts } from "#shared/protocol/roster-parts.ts";
import type { LastWords } from "./last-words.ts";
import type { Master } from "./launch.ts";
import type { Log } from "./log.ts";
import { Unheard } from "./unheard.ts";
import { toLaunchCheck } from "./wire-checks.ts";

const retryFirstMs = 100;
/** A master that restarts has its worlds back so soon; one that is away for long is not asked all the time. */
const retrySoonMs = 500;
const retryLateMs = 4000;
const awayLongMs = 30_000;
/** Who is woken later than this stood still, and has not looked for its master. */
const heldUpMs = 500;
/** The close code of a connection that broke, or never was. */
const noGoodbye = 1006;

/** Why a launch has no master any more. */
export type MasterEnd = "registration_timeout" | "not_wanted" | "version_mismatch" | "master_lost";

export interface MasterLinkDeps {
  readonly url: string;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
  readonly lastWords?: LastWords | undefined;
  readonly register: () => Extract<FromLaunch, { type: "register" }>;
  readonly roster: () => Roster;
  readonly hear: (message: ToLaunch) => void;
  /** The first registration, and every one after a loss. */
  readonly registered: (isFirst: boolean) => void;
  readonly ended: (why: MasterEnd) => void;
}

/**
 * A launch's line to its master. It registers first, says who is here with every heartbeat, comes back
 * after a loss, and keeps what must not be lost until then. Of several masters it obeys the newest it has met.
 */
export class MasterLink implements Master {
  readonly #deps: MasterLinkDeps;
  readonly #unheard = new Unheard();
  readonly #rosters = new RosterParts();
  #link: Link<ToLaunch> | undefined;
  #isRegistered = false;
  #wasRegistered = false;
  /** The master has said that its answer takes a while. */
  #isDelayed = false;
  #isOver = false;
  /** Of the newest master that has answered; 0 before the first. */
  #epoch = 0;
  #attempts = 0;
  /** Since when there is no link. */
  #awaySince: number | undefined;
  /** What the socket's end was closed with. */
  #goodbye = noGoodbye;
  #probedAt = 0;
  #stopDial = (): void => {};
  #stopLoss = (): void => {};
  #stopRetry = (): void => {};
  #stopHeart = (): void => {};
  /** Round trips to the master: how many, how long in all, and the last one. */
  readonly latency = { count: 0, ms: 0, lastMs: 0 };

  constructor(deps: MasterLinkDeps) {
    this.#deps = deps;
  }

  get isReachable(): boolean {
    return this.#isRegistered;
  }

  get bufferedBytes(): number {
    return this.#link?.bufferedBytes ?? 0;
  }

  start(): void {
    const { clock, limits } = this.#deps;
    this.#stopLoss = clock.wakeAt(clock.now() + limits.registrationAckMs, () =>
      this.#end("registration_timeout"),
    );
    this.#dial();
  }

  send(message: FromLaunch): void {
    this.#unheard.keep(message);
    if (this.#isRegistered) this.#tell(message);
    // Everybody's place, every few seconds: what comes in between is written with the next of these.
    else if (message.type === "saves") this.#writeDown();
  }

  /** Says goodbye after everything sent has left; resolves when the socket has ended and nothing is lost. */
  async close(): Promise<void> {
    this.#stop();
    if (!this.#isRegistered) this.#writeDown();
    this.#link?.close("shuttingDown");
    await this.#link?.gone;
    if (this.#isRegistered && this.#goodbye === noGoodbye) this.#writeDown();
  }

  #writeDown(): void {
    this.#deps.lastWords?.write(this.#unheard.words);
  }

  #dial(): void {
    const { url, limits } = this.#deps;
    this.#stopDial = dialWebSocket(url, {
      ...transportOptions(limits.launchFrameBytes),
      timeoutMs: limits.registrationAckMs,
      opened: (transport) => this.#open(transport),
      failed: () => this.#lost(noGoodbye),
    });
  }

  #open(transport: LinkTransport): void {
    const { limits, clock } = this.#deps;
    const bounds = linkBounds(limits, {
      firstBytes: limits.launchFrameBytes,
      bytes: limits.launchFrameBytes,
      framesPerSecond: limits.launchFramesPerSecond,
      frameBurst: limits.launchFrameBurst,
    });
    const link = new Link<ToLaunch>(transport, clock, toLaunchCheck, bounds, {
      message: (message) => this.#hear(link, message),
      violated: (why, fault) =>
        this.#deps.log.warn("master.violated", "a frame of the master was refused", { why, fault }),
      answered: () => this.#answered(),
      closed: (code, why) => {
        this.#goodbye = code;
        // What this side closed was not closed by the master, whatever it answers.
        this.#lost(why === undefined ? code : noGoodbye);
      },
    });
    this.#link = link;
    this.#probe();
    this.#tell({ ...this.#deps.register(), ...(this.#epoch > 0 && { epoch: this.#epoch }) });
  }

  #tell(message: FromLaunch): void {
    for (const frame of this.#rosters.framesOf(message)) this.#link?.send(encode(frame));
  }

  #hear(link: Link<ToLaunch>, message: ToLaunch): void {
    // Nobody gives orders who has not taken this launch on.
    if (message.type === "unsaved") return this.#unheard.unsaved();
    if (!("epoch" in message)) return this.#isRegistered ? this.#deps.hear(message) : undefined;
    if (message.epoch < this.#epoch) {
      this.#deps.log.warn("master.outdated", "an older master is not obeyed", { epoch: message.epoch });
      return link.close("registrationRefused");
    }
    this.#epoch = message.epoch;
    if (message.type === "registration.delayed") return this.#delayed();
    if (message.type === "registration.refused") return this.#end(message.reason);
    this.#welcomed(message.heartbeatMs);
    this.#deps.hear(message);
  }

  /** It is there, but cannot save: as long as this connection lives nobody gives up. */
  #delayed(): void {
    this.#stopLoss();
    this.#isDelayed = true;
  }

  #welcomed(heartbeatMs: number): void {
    this.#stopLoss();
    this.#stopHeart();
    this.#isRegistered = true;
    this.#isDelayed = false;
    this.#attempts = 0;
    this.#awaySince = undefined;
    for (const message of this.#unheard.messages(this.#deps.limits.arrayItems)) this.send(message);
    this.#deps.lastWords?.clear();
    this.#beat(Math.max(heartbeatMs, this.#deps.limits.tickMs));
    const isFirst = !this.#wasRegistered;
    this.#wasRegistered = true;
    this.#deps.registered(isFirst);
  }

  #beat(everyMs: number): void {
    const { clock, roster } = this.#deps;
    this.#stopHeart = clock.wakeAt(clock.now() + everyMs, () => {
      this.send({ type: "heartbeat", roster: roster() });
      this.#probe();
      this.#beat(everyMs);
    });
  }

  #probe(): void {
    this.#probedAt = this.#deps.clock.now();
    this.#unheard.ask();
    this.#link?.probe();
  }

  #answered(): void {
    // Who has not taken this launch on may answer, but has been told nothing yet.
    if (this.#isRegistered) this.#unheard.answered();
    const lastMs = this.#deps.clock.now() - this.#probedAt;
    this.latency.count++;
    this.latency.ms += lastMs;
    this.latency.lastMs = lastMs;
  }

  #lost(code: number): void {
    const { clock, limits, log } = this.#deps;
    this.#stopHeart();
    if (this.#isOver) return;
    if (code === closeCodes.registrationRefused.code) return this.#end("not_wanted");
    this.#awaySince ??= clock.now();
    if (this.#isRegistered) {
      this.#isRegistered = false;
      this.#writeDown();
      log.warn("master.lost", "the master is gone; the world plays on", { code });
      this.#giveUpAt(clock.now() + limits.masterLossMs);
    } else if (this.#isDelayed) this.#giveUpAt(clock.now() + limits.masterLossMs);
    this.#isDelayed = false;
    const isLong = clock.now() - this.#awaySince > awayLongMs;
    const most = isLong ? retryLateMs : retrySoonMs;
    // Spread out, so that the worlds of a master that comes back do not all knock at once.
    const pause = Math.min(most, retryFirstMs * 2 ** this.#attempts++) * (0.5 + Math.random() / 2);
    this.#stopRetry = clock.wakeAt(clock.now() + pause, () => this.#dial());
  }

  #giveUpAt(at: number): void {
    const { clock, limits } = this.#deps;
    this.#stopLoss = clock.wakeAt(at, () => {
      if (clock.now() > at + heldUpMs) this.#giveUpAt(clock.now() + limits.registrationAckMs);
      else this.#end("master_lost");
    });
  }

  #end(why: MasterEnd): void {
    if (this.#isOver) return;
    this.#stop();
    this.#deps.ended(why);
  }

  #stop(): void {
    this.#isOver = true;
    this.#stopDial();
    this.#stopLoss();
    this.#stopRetry();
    this.#stopHeart();
  }
}
