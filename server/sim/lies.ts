import { fromLaunch, type FromLaunch } from "#shared/protocol/launch-master.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { SimNature } from "./nature.ts";
import type { SimWorld } from "./world.ts";

export interface Lie {
  readonly world: SimWorld;
  /** Whose names it may use: admissions, also of other worlds, and their sessions. */
  readonly others: readonly (readonly [admission: string, session: string])[];
  readonly nature: SimNature;
  readonly say: (message: FromLaunch) => void;
}

const most = 2 ** 31 - 1;

/** A process that was taken over says something that is not so. */
export function lie({ world, others, nature, say }: Lie): void {
  const [admission, session] = nature.pick(others) ?? ["a1", "s1"];
  const own = nature.pick([...world.door.inside.keys(), ...world.door.expected.keys()]) ?? admission;
  const name = nature.chance(0.5) ? own : admission;
  const place: Place = { world: world.order.world, x: nature.between(-1e6, 1e6), y: 0, facing: 0 };
  const elsewhere: Place = { ...place, world: "hub" };
  const seq = nature.pick([1, 2, most]) ?? 1;
  const entry = { admission: name, session, active: nature.chance(0.5) };
  const strangers = Array.from({ length: 200 }, (_, index) => ({ ...entry, admission: `x${index}` }));
  const lies: FromLaunch[] = [
    { type: "arrived", admission: name },
    { type: "acked", admission: name },
    { type: "refused", admission: name, reason: "world_full" },
    { type: "departed", admission: name, seq, place: nature.pick([place, elsewhere]) },
    { type: "left", admission: name, seq, place },
    { type: "saves", saves: [{ admission: name, seq, place: nature.pick([place, elsewhere]) ?? place }] },
    {
      type: "portal",
      admission: name,
      request: nature.newId("r"),
      portal: "p",
      target: "hub",
      spawn: "default",
    },
    { type: "heartbeat", roster: { inside: [entry], expected: [] } },
    { type: "heartbeat", roster: { inside: [], expected: [name] } },
    { type: "heartbeat", roster: { inside: strangers, expected: [] } },
    { type: "heartbeat", roster: { inside: [{ ...entry, admission: "constructor" }], expected: [] } },
    { type: "state", text: "x".repeat(70_000), isFinal: nature.chance(0.5) },
    { type: "state", text: "not even JSON", isFinal: nature.chance(0.5) },
    { type: "tested" },
    { type: "stop.ready" },
    { type: "stop.busy" },
  ];
  const said = nature.pick(lies);
  if (!said) return;
  // The gateway reads every frame by its schema, and ends a connection that sends another.
  if (fromLaunch.safeParse(said).success) say(said);
  else world.controlWire?.giveUpOn("dialer");
}
