import type { Launch } from "#core/world/launch.ts";
import type { World } from "#core/world/world.ts";
import type { Auditor } from "../auditor.ts";
import { hashOf } from "../nature.ts";
import { stepsIn } from "../marks.ts";
import { isHonest } from "../tempers.ts";
import type { SimWorld } from "../world.ts";

/** Laws about processes, checked when they begin and end. */

/** S24: what a world wanted remembered is what its next launch begins with. */
export function onStart(
  { ledger, breach, hasStalledSince, seen }: Auditor,
  { order, temper }: SimWorld,
): void {
  const { launch, world, token, state } = order;
  ledger.tokenHashes.set(`launch:${launch}`, hashOf(token));
  if (temper === "liar") ledger.liars.add(`launch:${launch}`);
  const recalled = ledger.recalled.get(`launch:${launch}`);
  // Of an engine that was killed as it had written its answer nobody has seen the turn; the answer goes out all the same.
  const isKnown = seen.master.engine.count === 1 || ledger.recalled.has(`launch:${launch}`);
  if (isKnown && state !== recalled)
    breach("S24", `${launch} of ${world} remembers ${state}, which was ${recalled}`);
  ledger.recalled.delete(`launch:${launch}`);
  const said = ledger.said.get(world);
  if (said && !hasStalledSince(said.at) && stepsIn(state ?? "") < said.steps)
    breach("S24", `${launch} of ${world} remembers ${state} of the ${said.steps} steps it was told of`);
  ledger.said.delete(world);
}

/** What was said longer ago is known, if anything could be written then. */
const heardWithinMs = 10_000;

/** What must be known of a process that has ended: all it said while somebody could hear it. */
export function onExit({ now, ledger, states }: Auditor, world: SimWorld): void {
  if (!isHonest(world) || !world.couldTell) return;
  const { world: key, launch } = world.order;
  const at = now - heardWithinMs;
  const place = new Map(states<World & { launch?: string }>("world")).get(`world:${key}`);
  const state = new Map(states<Launch>("launch")).get(`launch:${launch}`);
  // One that was taken over from is not believed, also when it is the last that is left.
  if (place?.launch === `launch:${launch}` && !state?.drain?.isSucceeded)
    ledger.said.set(key, { steps: world.memory.saidSteps, at });
  for (const [admission, { isActive }] of world.door.inside) {
    const x = world.avatars.get(admission)?.place.x;
    if (isActive && x !== undefined) ledger.walked.set(admission, { x, at });
  }
}

/** Whoever was stopped is well again so long after: it says who is here every second, and comes back if it must. */
const wellMs = 6_500;

/** S12: who answers is not doubted, whether or not the master has listened meanwhile. */
export function onDoubt({ now, seen, breach, hasLivedSince }: Auditor, launch: string): void {
  const since = now - wellMs;
  const world = seen.processes.get(launch);
  if (!world || !isWell(world, now) || world.linkedAt === undefined || world.linkedAt >= since) return;
  if (world.line.wire?.isClearSince(since) && hasLivedSince(since))
    breach("S12", `${launch} (${world.order.world}) was doubted in good health`);
}

/** Sums of times are as exact as fractions are. */
const roundingMs = 0.001;

/** S12: who answers is not killed. S24: nor, at an operator's word, before it could save. */
export function onKill(auditor: Auditor, world: SimWorld): void {
  const { now, breach, ledger, seen } = auditor;
  const { launch } = world.order;
  const state = auditor.launches().find(([address]) => address === `launch:${launch}`)?.[1];
  const isOrdered = state && "reason" in state && ["stopped", "drained"].includes(state.reason);
  const isEmpty =
    world.door.inside.size === 0 &&
    [...world.door.expected.values()].every(({ expiresAt }) => expiresAt <= now);
  if (!isWell(world, now) || isEmpty) return;
  const stoppedAt = ledger.stopped.get(`launch:${launch}`);
  if (!isOrdered) breach("S12", `${launch} (${world.order.world}) was killed in good health`);
  else if (stoppedAt !== undefined && now < stoppedAt + seen.circumstances.limits.stopMs - roundingMs)
    breach("S24", `${launch} (${world.order.world}) was killed before it could save`);
}

function isWell(world: SimWorld, now: number): boolean {
  return isHonest(world) && world.isAlive && !world.isFrozen && now - world.thawedAt >= wellMs;
}
