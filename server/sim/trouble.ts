import type { WorldInput } from "#core/world/world.ts";
import type { Address } from "#shared/address.ts";
import { knock } from "./cheats.ts";
import type { Cluster } from "./cluster.ts";
import type { Circumstances } from "./faults.ts";
import type { Wire } from "./network.ts";
import { packNumber } from "./worlds.ts";

type AnyWire = Wire<never, never>;

/** What may go wrong in a second, each with the chance the circumstances give it. */
const mishaps: Record<Mishap, (cluster: Cluster) => void> = {
  crash: ({ nature, processes }) => nature.pick([...processes.values()])?.exit(139),
  freeze: ({ nature, processes }) =>
    nature.pick([...processes.values()])?.freeze(nature.between(500, 30_000)),
  cut: (cluster) => cluster.nature.pick(wires(cluster))?.cut(),
  halfOpen: (cluster) => cluster.nature.pick(wires(cluster))?.halfOpen(cluster.nature.pick(sides)),
  clog: (cluster) => cluster.nature.pick(wires(cluster))?.clog(cluster.nature.between(300, 4_500)),
  jam: ({ nature, stores }) => nature.pick(stores)?.jam(nature.between(200, 8_000)),
  stall: ({ nature, master }) => master.stand(nature.between(200, 10_000)),
  clockStep: ({ wallClock }) => wallClock.step(),
  stop: ({ nature, processes, master }) => {
    const order = { type: "stop", reason: "stopped" } as const;
    for (const launch of [nature.pick([...processes.keys()])])
      if (launch !== undefined)
        master.loop.whenAwake(() => master.tell("host:local", `launch:${launch}`, order));
  },
  kill: (cluster) => cluster.restart(),
  repack: (cluster) => void repack(cluster),
  upgrade: (cluster) => {
    const world = cluster.nature.chance(0.5) ? repack(cluster) : somewhere(cluster);
    order(cluster, world, { type: "replace", noticeMs: cluster.nature.between(1_000, 15_000) });
  },
  evacuate: (cluster) => {
    const target = cluster.nature.chance(0.9) ? somewhere(cluster) : "nowhere";
    const noticeMs = cluster.nature.between(1_000, 15_000);
    order(cluster, somewhere(cluster), { type: "evacuate", noticeMs, target });
  },
  knock,
};

const sides = ["dialer", "acceptor", undefined] as const;

function somewhere({ nature, packs }: Cluster): string {
  return nature.pick([...packs.keys()]) ?? "hub";
}

/** Somebody has built a world anew: its files and its pack are others from now on. */
function repack(cluster: Cluster): string {
  const world = somewhere(cluster);
  cluster.packs.set(world, packNumber(Number(cluster.packs.get(world)) + 1));
  return world;
}

type Order = Extract<WorldInput, { type: "replace" | "evacuate" }>;

/** An operator's word to a world. */
function order({ nature, master }: Cluster, world: string, body: Order): void {
  const operator: Address = `operator:${nature.newId("o")}`;
  master.loop.whenAwake(() => master.tell(operator, `world:${world}`, body));
}

type Mishap = Extract<
  keyof Circumstances,
  | "crash"
  | "freeze"
  | "cut"
  | "halfOpen"
  | "clog"
  | "jam"
  | "stall"
  | "clockStep"
  | "stop"
  | "kill"
  | "repack"
  | "upgrade"
  | "evacuate"
  | "knock"
>;

export function befall(cluster: Cluster): void {
  for (const [name, happen] of Object.entries(mishaps) as [Mishap, (cluster: Cluster) => void][]) {
    if (!cluster.nature.chance(cluster.circumstances[name])) continue;
    cluster.auditor.count(name);
    happen(cluster);
  }
}

function wires({ players, processes }: Cluster): AnyWire[] {
  const ofPlayers = players.flatMap(({ pages }) => pages.flatMap((page) => page.wires as readonly AnyWire[]));
  const ofWorlds = [...processes.values()].flatMap(({ controlWire }) => controlWire ?? []);
  return [...ofPlayers, ...(ofWorlds as unknown as AnyWire[])];
}
