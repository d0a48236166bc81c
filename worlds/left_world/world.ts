import type { RulesWorld, WorldRules } from "#shared/world-rules.ts";

/**
 * The crab of the beach: it scuttles to and fro, and draws into its shell when somebody touches it. It counts how often
 * that has happened, and remembers the number from one launch to the next.
 */
const beach = { x: 496, y: 300, reach: 72 };
/** One way and back. */
const roundMs = 9000;
const hidingMs = 4000;

let crab = 0;
let hidesUntil = 0;
/** How much of its time it has spent hiding: its walk goes on where it was. */
let heldMs = 0;
let snips = 0;

const now = ({ tick, tickMs }: RulesWorld): number => tick * tickMs;

/** Where it is on its round after that long. */
function place(ms: number): { x: number; y: number; facing: number } {
  const turn = (ms / roundMs) * 2 * Math.PI;
  return { x: beach.x + beach.reach * Math.sin(turn), y: beach.y, facing: Math.cos(turn) < 0 ? 1 : 2 };
}

export const rules: WorldRules = {
  onStart(world) {
    crab = world.spawn({ kind: "thing", name: "Crab", sprite: "crab", ...place(0) });
  },
  onInteract(_, entity, world) {
    if (entity.id !== crab || hidesUntil > 0) return;
    hidesUntil = now(world) + hidingMs;
    world.look(crab, { sprite: "crab-hiding" });
    snips++;
    world.say(crab, snips === 1 ? "Snip!" : `Snip! ${snips} times now.`);
  },
  onTick(world) {
    if (hidesUntil === 0) return world.place(crab, place(now(world) - heldMs));
    if (now(world) < hidesUntil) return;
    hidesUntil = 0;
    heldMs += hidingMs;
    world.look(crab, { sprite: "crab" });
  },
  save: () => ({ snips }),
  restore(saved) {
    const { snips: before } = saved as { snips?: unknown };
    if (!Number.isSafeInteger(before)) throw new TypeError("the number of snips is missing");
    snips = before as number;
  },
};
