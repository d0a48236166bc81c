import type { Cluster } from "./cluster.ts";
import type { Circumstances } from "./faults.ts";
import type { Wire } from "./network.ts";

type AnyWire = Wire<never, never>;

/** What may go wrong in a second, each with the chance the circumstances give it. */
const mishaps: Record<Mishap, (cluster: Cluster) => void> = {
  crash: ({ nature, processes }) => nature.pick([...processes.values()])?.exit(139),
  freeze: ({ nature, processes }) =>
    nature.pick([...processes.values()])?.freeze(nature.between(500, 30_000)),
  cut: (cluster) => cluster.nature.pick(wires(cluster))?.cut(),
  halfOpen: (cluster) => cluster.nature.pick(wires(cluster))?.halfOpen(),
  clog: (cluster) => cluster.nature.pick(wires(cluster))?.clog(cluster.nature.between(300, 4_500)),
  jam: ({ nature, stores }) => nature.pick(stores)?.jam(nature.between(200, 8_000)),
  stop: ({ nature, processes, master }) => {
    const order = { type: "stop", reason: "stopped" } as const;
    for (const launch of [nature.pick([...processes.keys()])])
      if (launch !== undefined) master.tell("host:local", `launch:${launch}`, order);
  },
  kill: (cluster) => cluster.restart(),
};

type Mishap = Extract<
  keyof Circumstances,
  "crash" | "freeze" | "cut" | "halfOpen" | "clog" | "jam" | "stop" | "kill"
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

/** A cheat shows a ticket a second time. */
export function showAgain({ nature, dialWorld }: Cluster, url: string, ticket: string): void {
  const wire = dialWorld(url, { hear: () => {}, closed: () => {} });
  wire?.toAcceptor({ type: "enter", id: 1, protocol: 1, ticket });
  nature.after(20_000, () => wire?.drop("dialer"));
}

/** A cheat asks for other people's leases and guesses tickets. */
export function forge(cluster: Cluster, version: string): void {
  const { nature, auditor, processes, dialMaster } = cluster;
  const lease = auditor.someLease() ?? "t0";
  const wire = dialMaster({
    closed: () => {},
    hear: (message) => {
      if (message.type !== "welcome") return;
      wire?.toAcceptor({ type: "lease.redeem", id: 2, lease });
      wire?.toAcceptor({ type: "lease.release", id: 3, lease });
      wire?.toAcceptor({ type: "world.rejoin", id: 4, world: "top_world" });
      wire?.drop("dialer");
    },
  });
  wire?.toAcceptor({ type: "hello", id: 1, protocol: { oldest: 1, newest: 1 }, version });
  for (const { port } of processes.values())
    showAgain(cluster, `sim:${port}`, `secret-number-${nature.between(1, 10_000)}-guessed`);
}
