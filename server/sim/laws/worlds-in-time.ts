import type { Drain, Launch } from "#core/world/launch.ts";
import type { World } from "#core/world/world.ts";
import { type Address, idOf } from "#shared/address.ts";
import type { Auditor } from "../auditor.ts";
import { firstPort } from "../host.ts";
import type { Condition } from "../lasting.ts";
import { queues } from "./in-turn.ts";

/** Three tries, each until its deadline: whoever has been moved is somewhere then. */
const movedMs = 45_000;

/** Laws of the form "never for longer than" about worlds and their launches. */
export function* worldsInTime(auditor: Auditor): Iterable<Condition> {
  const worlds = auditor.states<World>("world");
  const launches = auditor.launches();
  yield* processes(auditor, new Map(launches));
  yield* accepting(worlds, launches);
  yield* ports(auditor);
  yield* crowded(auditor, launches);
  if (auditor.seen.isHealed) yield* failing(worlds);
  yield* draining(auditor, launches);
  yield* leaving(worlds, launches);
  yield* drained(auditor);
  yield* queues(auditor);
}

/** S7: a process has a launch that wants it. */
function* processes({ seen }: Auditor, launches: ReadonlyMap<Address, Launch>): Iterable<Condition> {
  for (const { order } of seen.processes.values()) {
    const state = launches.get(`launch:${order.launch}`);
    const text = `${order.launch} is not wanted and lives`;
    if (!state || state.phase === "stopping") yield { law: "S7", key: order.launch, text };
  }
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

/** S21: a world has no more launches than it may: the one that is open, its heir, and those being emptied. */
function* crowded({ seen }: Auditor, launches: [Address, Launch][]): Iterable<Condition> {
  for (const [world, of] of Map.groupBy(launches, ([, { world }]) => world))
    if (of.length > seen.circumstances.limits.launchesPerWorld)
      yield { law: "S21", key: world, text: `${world} has ${of.length} launches` };
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

/** L12: a drain ends in time. */
function* draining({ seen, now, ofMaster }: Auditor, launches: [Address, Launch][]): Iterable<Condition> {
  const { evacuationMs, stopMs } = seen.circumstances.limits;
  // Nobody is put out whom this master has not asked to go: one that was away gives them their time again.
  const from = ({ by, asked }: Drain): number => Math.max(by, asked?.first ?? by);
  for (const [launch, { drain, phase }] of launches) {
    const world = seen.processes.get(idOf(launch));
    const isHeard = phase !== "suspect" && world?.isAlive === true && !world.isFrozen;
    if (drain && now > ofMaster(from(drain)) + evacuationMs + stopMs)
      yield {
        law: "L12",
        key: launch,
        text: `${launch} drains and does not end`,
        excuse: seen.master.engine.isStalled ? "stalled" : isHeard ? undefined : "unheard",
      };
  }
}

/** L12: and whoever gave the order hears of it. */
function* leaving(worlds: [Address, World][], launches: [Address, Launch][]): Iterable<Condition> {
  const living = new Set(launches.map(([launch]) => launch));
  for (const [world, state] of worlds)
    if (state.phase === "leaving" && !living.has(state.launch)) {
      const text = `${world} waits for the end of ${state.launch}, which has ended`;
      yield { law: "L12", key: world, text };
    }
}

/** L12: and its players are in a world. */
function* drained(auditor: Auditor): Iterable<Condition> {
  const { ledger } = auditor;
  if (ledger.drained.size === 0) return;
  const known = new Map(auditor.sessions());
  for (const [session, launch] of ledger.drained) {
    const state = known.get(session);
    const isThere = state !== undefined && "client" in state && state.client !== undefined;
    const isIn =
      state !== undefined && "admission" in state && state.admission && state.admission.launch !== launch;
    if (!isThere || isIn) ledger.drained.delete(session);
    else {
      const text = `${session} was in ${launch}, which was emptied, and is in no world`;
      yield { law: "L12", key: session, text, boundMs: movedMs };
    }
  }
}
