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

/** A camera that looks at a point but not beyond the world's edge; a small world stands in the middle. */
export function lookAt(point: { x: number; y: number }, screen: Screen, world: Screen): Camera {
  const zoom = zoomFor(screen, world);
  return {
    x: within(point.x, screen.w / zoom, world.w),
    y: within(point.y, screen.h / zoom, world.h),
    zoom,
  };
}

/** The camera a moment later: eased towards where it should be, at once when `isSnap`. */
export function follow(from: Camera, to: Camera, ms: number, isSnap: boolean): Camera {
  if (isSnap || from.zoom !== to.zoom) return to;
  const share = 1 - Math.exp(-ms / 90);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share, zoom: to.zoom };
}

function within(value: number, seen: number, size: number): number {
  if (size <= seen) return size / 2;
  return Math.min(size - seen / 2, Math.max(seen / 2, value));
}
