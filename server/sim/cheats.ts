import { type FromClient, fromClient } from "#shared/protocol/client-master.ts";
import type { Cluster } from "./cluster.ts";
import type { Page } from "./client.ts";
import { hashOf, type SimNature } from "./nature.ts";
import type { End } from "./network.ts";

/** People and programs that do what nobody should. */

const deaf: End<never> = { hear: () => {}, closed: () => {} };
const names = ["Ada", "Bo", "Cy", "server", "", "x".repeat(90)];
const keys = ["hub", "left_world", "top_world", "nowhere"];

/** Shows tickets a second time, one after the other on one connection. */
export function showAgain({ nature, dialWorld }: Cluster, url: string, tickets: readonly string[]): void {
  const wire = dialWorld(url, deaf);
  for (const ticket of tickets) wire?.toAcceptor({ type: "enter", id: 1, protocol: 1, ticket });
  wire?.toAcceptor({ type: "portal.use", id: 2, portal: "to_hub" });
  nature.after(20_000, () => wire?.drop("dialer"));
}

/** Asks for other people's leases and guesses tickets. */
export function forge(cluster: Cluster): void {
  const { nature, auditor, processes, dialMaster, version } = cluster;
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
    showAgain(cluster, `sim:${port}`, [`secret-number-${nature.between(1, 10_000)}-guessed`]);
}

/** Says anything at all on a page's own connection, in whatever state it is, or what it said before. */
export function babble(cluster: Cluster, page: Page): void {
  const { nature, auditor } = cluster;
  const lease = nature.pick([auditor.someLease(), page.journey.world?.lease]) ?? "t0";
  const said = nature.pick([...page.waiting.values()])?.message;
  const message = nature.pick([...nonsense(nature, lease), ...(said ? [said] : [])]);
  // The gateway reads every frame by its schema; what does not fit never gets this far.
  if (message && fromClient.safeParse(message).success) page.sneak(message);
}

function nonsense(nature: SimNature, lease: string): FromClient[] {
  const id = nature.between(1, 9);
  const world = nature.pick(keys) ?? "hub";
  return [
    { type: "hello", id, protocol: { oldest: 1, newest: 1 }, version: "0.1" },
    { type: "login", id, name: nature.pick(names) ?? "" },
    { type: "logout", id },
    { type: "chat.send", id, text: " " },
    { type: "world.join", id, world },
    { type: "world.rejoin", id, world },
    { type: "lease.refresh", id, lease },
    { type: "lease.redeem", id, lease, world },
    { type: "lease.redeem", id, lease },
    { type: "lease.release", id, lease },
    { type: "ping", id },
  ];
}

/** A stranger at the doors: says nothing, the wrong thing, or claims to be a launch. */
export function knock({ nature, auditor, processes, dialMaster, dialLauncher, version }: Cluster): void {
  const launch = nature.pick([...processes.keys(), "l0"]) ?? "l0";
  const visitor = dialMaster(deaf);
  const protocol = nature.chance(0.5) ? { oldest: 1, newest: 1 } : { oldest: 7, newest: 9 };
  const token = `${nature.pick(auditor.sessions())?.[0].slice("session:".length) ?? "s0"}.guessed`;
  if (nature.chance(0.3))
    visitor?.toAcceptor({
      type: "hello",
      id: 1,
      protocol,
      version: nature.chance(0.5) ? "9.9" : version,
      ...(nature.chance(0.5) && { resume: { token, epoch: "e1", seq: 1 } }),
    });
  else if (nature.chance(0.5)) visitor?.toAcceptor({ type: "logout", id: 1 });
  const caller = dialLauncher(deaf);
  const roster = { inside: [], expected: [] };
  if (nature.chance(0.4))
    caller?.toAcceptor({
      type: "register",
      launch,
      token: hashOf(launch),
      world: "hub",
      version,
      protocol: 1,
      pid: 1,
      endpoint: { port: 1 },
      roster,
    });
  else if (nature.chance(0.5)) caller?.toAcceptor({ type: "heartbeat", roster });
  nature.after(20_000, () => {
    visitor?.drop("dialer");
    caller?.drop("dialer");
  });
}
