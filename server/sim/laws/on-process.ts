import type { World } from "#core/world/world.ts";
import type { Auditor } from "../auditor.ts";
import { hashOf } from "../nature.ts";
import { stepsIn } from "../marks.ts";
import { isHonest } from "../tempers.ts";
import type { SimWorld } from "../world.ts";

/** Laws about processes, checked when they begin and end. */

/** S24: what a world wanted remembered is what its next launch begins with. */
export function onStart({ ledger, breach, hasStalledSince }: Auditor, { order, temper }: SimWorld): void {
  const { launch, world, token, state } = order;
  ledger.tokenHashes.set(`launch:${launch}`, hashOf(token));
  if (temper === "liar") ledger.liars.add(`launch:${launch}`);
  const recalled = ledger.recalled.get(`launch:${launch}`);
  if (state !== recalled) breach("S24", `${launch} of ${world} remembers ${state}, which was ${recalled}`);
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
  if (place?.launch === `launch:${launch}`) ledger.said.set(key, { steps: world.memory.saidSteps, at });
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

/** S12: who answers is not killed. */
export function onKill(auditor: Auditor, world: SimWorld): void {
  const { now, breach } = auditor;
  const { launch } = world.order;
  const state = auditor.launches().find(([address]) => address === `launch:${launch}`)?.[1];
  // The operator's word is a reason of its own.
  if (state && "reason" in state && ["stopped", "drained"].includes(state.reason)) return;
  const isEmpty =
    world.door.inside.size === 0 &&
    [...world.door.expected.values()].every(({ expiresAt }) => expiresAt <= now);
  if (isWell(world, now) && !isEmpty)
    breach("S12", `${launch} (${world.order.world}) was killed in good health`);
}

function isWell(world: SimWorld, now: number): boolean {
  return isHonest(world) && world.isAlive && !world.isFrozen && now - world.thawedAt >= wellMs;
}
