export interface Point {
  readonly x: number;
  readonly y: number;
}

export const still: Point = { x: 0, y: 0 };

/** How far a thumb moves the touch stick from its middle, in page pixels. */
export const stickRadius = 56;
const touchDeadZone = 0.12;
const padDeadZone = 0.15;

/** A thumb's offset from where it touched down, as a direction of length 0 to 1. */
export function touchStick(from: Point, to: Point): Point {
  return shape((to.x - from.x) / stickRadius, (to.y - from.y) / stickRadius, touchDeadZone);
}

/** A gamepad's axes as a direction of length 0 to 1. */
export function padStick(x: number, y: number): Point {
  return shape(x, y, padDeadZone);
}

/** No more than full speed, nothing inside the dead zone, and no jump at its edge. */
function shape(x: number, y: number, deadZone: number): Point {
  const length = Math.hypot(x, y);
  if (!(length > deadZone && length < Infinity)) return still;
  const speed = Math.min(1, (length - deadZone) / (1 - deadZone));
  return { x: (x / length) * speed, y: (y / length) * speed };
}
