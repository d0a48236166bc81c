import type { Launch } from "#core/world/launch.ts";
import type { World } from "#core/world/world.ts";
import { type Address, idOf } from "#shared/address.ts";
import type { Auditor, Condition } from "../auditor.ts";
import { firstPort } from "../host.ts";

/** Laws of the form "never for longer than" about worlds and their launches. */
export function* worldsInTime(auditor: Auditor): Iterable<Condition> {
  const worlds = auditor.states<World>("world");
  const launches = auditor.launches();
  yield* accepting(worlds, launches);
  yield* ports(auditor);
  if (auditor.seen.isHealed) yield* failing(worlds);
  yield* draining(auditor, worlds, launches);
}

/** S19: one launch of a world takes newcomers; an heir that has proved itself waits for its turn. */
function* accepting(worlds: [Address, World][], launches: [Address, Launch][]): Iterable<Condition> {
  const heirs = new Set(worlds.map(([, state]) => ("heir" in state ? state.heir?.launch : undefined)));
  const doors = new Map<string, Address>();
  for (const [launch, state] of launches) {
    if ((state.phase !== "running" && state.phase !== "closing") || state.drain) continue;
    if (heirs.has(launch as Address<"launch">)) continue;
    const other = doors.get(state.world);
    if (other)
      yield { law: "S19", key: state.world, text: `${other} and ${launch} of ${state.world} take newcomers` };
    doors.set(state.world, launch);
  }
}

/** S20: a port has one owner. */
function* ports({ seen }: Auditor): Iterable<Condition> {
  const owners = new Map<number, string>();
  for (const { port, order } of seen.processes.values()) {
    const other = owners.get(port);
    if (other !== undefined)
      yield { law: "S20", key: `${port}`, text: `${other} and ${order.launch} own ${port}` };
    if (port < firstPort) yield { law: "S20", key: `${port}`, text: `${order.launch} owns ${port}` };
    owners.set(port, order.launch);
  }
}

/** L7: a world that failed comes back. */
function* failing(worlds: [Address, World][]): Iterable<Condition> {
  for (const [world, { phase, cause }] of worlds)
    if (phase === "cooling" || phase === "starting" || phase === "closed")
      yield { law: "L7", key: world, text: `${world} is ${phase} after ${cause}` };
}

/** One that does not answer is given up first: its link, its next registration, its end by force. */
const unheardMs = 45_000;

/** L12: a drain ends in time. */
function* draining(
  { now, seen, ofMaster }: Auditor,
  worlds: [Address, World][],
  launches: [Address, Launch][],
): Iterable<Condition> {
  const { evacuationMs, stopMs } = seen.circumstances.limits;
  const living = new Set(launches.map(([launch]) => launch));
  for (const [launch, { drain }] of launches) {
    const world = seen.processes.get(idOf(launch));
    const isHeard = world?.isAlive === true && !world.isFrozen && world.linkedAt !== undefined;
    const mostMs = evacuationMs + stopMs + (isHeard ? 0 : unheardMs);
    if (drain && now > ofMaster(drain.by) + mostMs)
      yield { law: "L12", key: launch, text: `${launch} drains and does not end` };
  }
  for (const [world, state] of worlds)
    if (state.phase === "leaving" && !living.has(state.launch))
      yield {
        law: "L12",
        key: world,
        text: `${world} waits for the end of ${state.launch}, which has ended`,
      };
}
