import type { LaunchReport, WorldReport } from "#adapters/operator/orders.ts";
import type { States } from "#adapters/metrics/measured.ts";
import type { Launch } from "#core/world/launch.ts";
import type { World } from "#core/world/world.ts";
import { idOf } from "#shared/address.ts";
import type { WorldCatalog } from "./world-catalog.ts";

const shownDigits = 8;

/** Every world as an operator sees it, in the order of their keys. */
export function reportWorlds(
  catalog: Pick<WorldCatalog, "entries" | "buildOf" | "buildOnDisk">,
  states: States,
  now: number,
): WorldReport[] {
  const worlds = new Map(Array.from(states("world"), ([id, state]) => [idOf(id), state as World]));
  const launches = Map.groupBy(states("launch"), ([, state]) => (state as Launch).world);
  return Array.from(catalog.entries.keys(), (key) => {
    const world = worlds.get(key);
    const lives = (launches.get(key) ?? []).map(([id, state]) => {
      const launch = idOf(id);
      return reportLaunch(launch, state as Launch, catalog.buildOf(launch), now);
    });
    return {
      key,
      phase: world?.phase ?? "asleep",
      players: lives.reduce((sum, { players }) => sum + players, 0),
      launches: lives,
      build: catalog.buildOnDisk(key),
      ...(world && failuresOf(world, now)),
    };
  });
}

export interface WorldBrief extends Pick<WorldReport, "phase" | "failures" | "cause" | "retryMs"> {
  readonly launches: number;
  /** Launches whose players are being moved on. */
  readonly draining: number;
}

export function brief({ phase, launches, failures, cause, retryMs }: WorldReport): WorldBrief {
  const draining = launches.filter(({ drains }) => drains !== undefined).length;
  return { phase, launches: launches.length, draining, failures, cause, retryMs };
}

function reportLaunch(launch: string, state: Launch, build: string | undefined, now: number): LaunchReport {
  const { phase, pid, pack, isHeir, drain, guests } = state;
  const players = Object.values(guests).filter(({ expectedUntil }) => expectedUntil === undefined).length;
  return {
    launch,
    phase,
    pid,
    players,
    build,
    pack: pack?.slice(0, shownDigits),
    ...(isHeir && { isHeir }),
    ...(drain && { drains: { to: drain.target, leftMs: Math.max(0, drain.by - now) } }),
  };
}

function failuresOf(world: World, now: number): Partial<WorldReport> {
  const { failures, cause } = world;
  if (failures === 0) return {};
  const retryMs = (retryAtOf(world) ?? now) - now;
  return { failures, cause, ...(retryMs > 0 && { retryMs }) };
}

/** Until then nobody who wants in starts it. */
function retryAtOf(world: World): number | undefined {
  if (world.phase === "cooling") return world.wakeAt;
  return world.phase === "resting" ? world.notBefore : undefined;
}
