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
import type { Master } from "./launch.ts";
import type { Log } from "./log.ts";
import { Unsent } from "./unsent.ts";
import { toLaunchCheck } from "./wire-checks.ts";

const retryFirstMs = 100;
const retryMostMs = 4000;
/** The close code of a connection that broke, or never was. */
const noGoodbye = 1006;

/** Why a launch has no master any more. */
export type MasterEnd = "registration_timeout" | "not_wanted" | "version_mismatch" | "master_lost";

export interface MasterLinkDeps {
  readonly url: string;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
  readonly register: () => Extract<FromLaunch, { type: "register" }>;
  readonly roster: () => Roster;
  readonly hear: (message: ToLaunch) => void;
  /** The first registration, and every one after a loss. */
  readonly registered: (isFirst: boolean) => void;
  readonly ended: (why: MasterEnd) => void;
}

/**
 * A launch's line to its master. It registers first, says who is here with every heartbeat, comes back
 * after a loss, and keeps what must not be lost until then.
 */
export class MasterLink implements Master {
  readonly #deps: MasterLinkDeps;
  readonly #unsent = new Unsent();
  readonly #rosters = new RosterParts();
  #link: Link<ToLaunch> | undefined;
  #isRegistered = false;
  #wasRegistered = false;
  #isOver = false;
  #attempts = 0;
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
    if (this.#isRegistered) this.#tell(message);
    else this.#unsent.keep(message);
  }

  /** Says goodbye after everything sent has left; resolves when the socket has ended. */
  async close(): Promise<void> {
    this.#stop();
    this.#link?.close("shuttingDown");
    await this.#link?.gone;
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
      message: (message) => this.#hear(message),
      violated: (why, fault) =>
        this.#deps.log.warn("master.violated", "a frame of the master was refused", { why, fault }),
      answered: () => this.#answered(),
      closed: (code) => this.#lost(code),
    });
    this.#link = link;
    this.#probe();
    this.#tell(this.#deps.register());
  }

  #tell(message: FromLaunch): void {
    for (const frame of this.#rosters.framesOf(message)) this.#link?.send(encode(frame));
  }

  #hear(message: ToLaunch): void {
    if (message.type === "registered") return this.#welcomed(message.heartbeatMs);
    if (message.type === "registration.refused") return this.#end(message.reason);
    this.#deps.hear(message);
  }

  #welcomed(heartbeatMs: number): void {
    this.#stopLoss();
    this.#stopHeart();
    this.#isRegistered = true;
    this.#attempts = 0;
    for (const message of this.#unsent.take(this.#deps.limits.arrayItems)) this.send(message);
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
    this.#link?.probe();
  }

  #answered(): void {
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
    if (this.#isRegistered) {
      log.warn("master.lost", "the master is gone; the world plays on", { code });
      this.#stopLoss = clock.wakeAt(clock.now() + limits.masterLossMs, () => this.#end("master_lost"));
    }
    this.#isRegistered = false;
    // Spread out, so that the worlds of a master that comes back do not all knock at once.
    const pause = Math.min(retryMostMs, retryFirstMs * 2 ** this.#attempts++) * (0.5 + Math.random() / 2);
    this.#stopRetry = clock.wakeAt(clock.now() + pause, () => this.#dial());
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
