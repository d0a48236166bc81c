/** Sizes in device pixels for the screen, in world units for the world. */
export interface Screen {
  readonly w: number;
  readonly h: number;
}

export interface Camera {
  /** World units in the middle of the screen. */
  readonly x: number;
  readonly y: number;
  /** Device pixels per world unit, always whole. */
  readonly zoom: number;
}

/** About this many units are seen along the shorter side of the screen, and never fewer than the least. */
const wantedUnits = 400;
const leastUnits = 250;

/** The whole zoom at which the world fills the screen if it can, without coming too close. */
export function zoomFor(screen: Screen, world: Screen): number {
  const short = Math.min(screen.w, screen.h);
  const filling = Math.max(screen.w / world.w, screen.h / world.h);
  const wanted = Math.max(Math.round(short / wantedUnits), Math.floor(filling));
  return Math.max(1, Math.min(wanted, Math.floor(short / leastUnits)));
}

/** How much of each side of the screen lies under panels, in device pixels. */
export interface Covered {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const uncovered: Covered = { left: 0, top: 0, right: 0, bottom: 0 };

/**
 * A camera that puts a point into the middle of what is not covered, without showing more of what lies beyond
 * the world's edge than the panels hide; a world smaller than that stands in the middle.
 */
export function lookAt(
  point: { x: number; y: number },
  screen: Screen,
  world: Screen,
  covered = uncovered,
): Camera {
  const zoom = zoomFor(screen, world);
  return {
    x: middle(point.x, screen.w / zoom, world.w, covered.left / zoom, covered.right / zoom),
    y: middle(point.y, screen.h / zoom, world.h, covered.top / zoom, covered.bottom / zoom),
    zoom,
  };
}

/** The camera a moment later: eased towards where it should be, at once when `isSnap`. */
export function follow(from: Camera, to: Camera, ms: number, isSnap: boolean): Camera {
  if (isSnap || from.zoom !== to.zoom) return to;
  const share = 1 - Math.exp(-ms / 90);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share, zoom: to.zoom };
}

/** All in world units along one axis; `before` and `after` are what is covered at either end. */
function middle(value: number, seen: number, size: number, before: number, after: number): number {
  const shift = (after - before) / 2;
  const free = seen - before - after;
  if (size <= free) return size / 2 + shift;
  return Math.min(size - free / 2, Math.max(free / 2, value)) + shift;
}
