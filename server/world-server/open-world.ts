import type { Clock } from "#adapters/ws/link.ts";
import type { Limits } from "#shared/limits.ts";
import type { Endpoint, LaunchOrder } from "#shared/protocol/launch-master.ts";
import { appVersion } from "#shared/version.ts";
import type { WorldRules } from "#shared/world-rules.ts";
import { every } from "./clock.ts";
import { Launch } from "./launch.ts";
import type { LaunchDeps, Master } from "./launch.ts";
import { marker } from "./log.ts";
import type { Log } from "./log.ts";
import { PerfSampler } from "./perf-sample.ts";
import type { PerfSource } from "./perf-sample.ts";
import { PlayerGateway } from "./player-gateway.ts";
import type { PlayerGatewayDeps } from "./player-gateway.ts";
import { RulesModule } from "./rules-module.ts";
import type { World } from "./world-files.ts";

const noLatency = { count: 0, ms: 0, lastMs: 0 };
const sampleMs = 5000;
/** How long players' sockets may take to say goodbye. */
const leaveMs = 1000;

export interface OpenWorldDeps {
  readonly id: string;
  readonly world: World;
  readonly rules?: WorldRules | undefined;
  readonly copyRules?: LaunchDeps["copyRules"];
  /** What an earlier launch wanted remembered. */
  readonly state?: string | undefined;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
  readonly master: Master & Partial<Pick<PerfSource, "latency">> & { readonly bufferedBytes?: number };
  readonly order: Pick<LaunchOrder, "listen" | "origins" | "tls">;
  /** The launch is over and its players are gone. */
  readonly closed: (reason: string) => void;
  /** What players' tickets are shown to: the launch, unless somebody stands in between. */
  readonly desk?: (launch: Launch) => PlayerGatewayDeps["launch"];
}

export interface OpenWorld {
  readonly launch: Launch;
  readonly endpoint: Endpoint;
}

/** Puts a loaded world on the air: players may connect from now on. Rejects when it cannot listen. */
export async function openWorld(deps: OpenWorldDeps): Promise<OpenWorld> {
  const { world, clock, log, master, order, desk } = deps;
  const launch = new Launch({ ...deps, exit: (reason) => void leave(reason) });
  const gateway = new PlayerGateway({ ...deps, launch: desk?.(launch) ?? launch, origins: order.origins });
  const endpoint = await gateway.listen(order.listen, order.tls);
  launch.start();
  const sampler = new PerfSampler();
  const sample = (): void => {
    const { isReachable: isRegistered, latency = noLatency, bufferedBytes: masterBufferedBytes = 0 } = master;
    const { connections: peers, violations, bufferedBytes } = gateway;
    const players = { launch: deps.id, counts: launch.counts, peers, violations, bufferedBytes };
    log.info("perf.sampled", sampler.line({ ...players, masterBufferedBytes, isRegistered, latency }));
  };
  const stopSampling = every(sampleMs, clock, sample);
  // Whoever waits for the world does not wait for its log.
  setImmediate(() => {
    announce(world, bindOf(order.listen, endpoint), log);
    sample();
  });

  async function leave(reason: string): Promise<void> {
    stopSampling();
    log.info("world.stopping", marker("WORLD_STOPPING", { key: world.key, reason }), { reason });
    await Promise.race([
      gateway.close("shuttingDown"),
      new Promise((end) => void clock.wakeAt(clock.now() + leaveMs, () => end(undefined))),
    ]);
    deps.closed(reason);
  }
  return { launch, endpoint };
}

function announce({ key, rates }: World, bind: { bind: string; port: number }, log: Log): void {
  const ready = { key, ...bind, build: appVersion, scene: `worlds/${key}/map.json` };
  log.info("world.ready", marker("WORLD_READY", ready));
  const perSecond = 1000 / rates.tickMs;
  log.info("world.loop", marker("RUNTIME_LOOP_CONFIG", { role: "world", tps: perSecond, fps: perSecond }));
}

/** The world's rules; a module that cannot be loaded is said and left out. */
export async function rulesOf(
  folder: URL,
  key: string,
  log: Log,
): Promise<Pick<LaunchDeps, "rules" | "copyRules">> {
  try {
    const module = RulesModule.of(folder, key);
    return module ? { rules: await module.load(), copyRules: () => module.copy() } : {};
  } catch (error) {
    log.error("rules.failed", `the module of ${key} cannot be loaded: ${String(error)}`);
    // Players may do without; a launch that is to take over from another has to say so.
    return { copyRules: () => Promise.reject(error) };
  }
}

function bindOf(listen: LaunchOrder["listen"], endpoint: Endpoint): { bind: string; port: number } {
  if ("socket" in endpoint) return { bind: endpoint.socket, port: 0 };
  return { bind: "host" in listen ? listen.host : "", port: endpoint.port };
}
