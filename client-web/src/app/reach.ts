import { limits } from "#shared/limits.ts";
import type { WorldMap } from "#shared/world-map.ts";
import type { Sprite, Target } from "./view.ts";

type Point = { readonly x: number; readonly y: number };

/** The world's own measure, less what a character may have walked since what is shown of it. */
const entityUnits = limits.interactUnits - 32;
/** Who is walked to is approached a little further: they may be walking away. */
const approachUnits = limits.interactUnits - 44;

/** What is closest of all that the player at `self` can use: portals, characters and things, not other players. */
export function targetInReach(
  { portals }: Pick<WorldMap, "portals">,
  self: Point,
  others: readonly Sprite[],
): Target | undefined {
  let best: Target | undefined;
  let far = Infinity;
  const offer = (target: Target, reach: number): void => {
    const units = apart(self, target);
    if (units > reach || units >= far) return;
    best = target;
    far = units;
  };
  for (const [portal, { x, y }] of Object.entries(portals)) offer({ x, y, portal }, limits.portalUseUnits);
  for (const { id, kind, x, y } of others) if (kind !== "player") offer({ x, y, entity: id }, entityUnits);
  return best;
}

/** Whether a walk to somebody has come near enough. */
export const isReached = (self: Point, being: Point): boolean => apart(self, being) <= approachUnits;

const apart = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
