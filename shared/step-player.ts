import { limits } from "./limits.ts";

/** One 60th of a second of a player's will. `dx`, `dy` are −127…127 of full speed; `buttons` is a bit set. */
export interface Command {
  readonly dx: number;
  readonly dy: number;
  readonly buttons: number;
}

/** World units, y down. Facing: 0 down, 1 left, 2 right, 3 up. */
export interface Body {
  readonly x: number;
  readonly y: number;
  readonly facing: number;
}

/** A body that is moved where it is, so that moving thousands of them allocates nothing. */
export interface MovingBody {
  x: number;
  y: number;
  facing: number;
}

/** What can be walked on. `isSolid` takes tile coordinates; outside the map is solid. */
export interface Ground {
  readonly tile: number;
  isSolid(column: number, row: number): boolean;
}

/** Positions live on a grid of 1/32 unit: what the wire carries is then exactly what the world holds. */
export const gridPerUnit = 32;

const stepUnits = limits.playerSpeedUnits * (limits.commandMs / 1000);
const radius = limits.playerRadiusUnits;

/** The nearest position of the grid. */
export const snap = (value: number): number => Math.round(value * gridPerUnit) / gridPerUnit;

/**
 * Moves a body by one command. The same function runs in the world (authority) and in the client
 * (prediction); it is deterministic, so both agree to the last bit. Axes move one after the other,
 * so a body slides along walls.
 */
export function walk(body: MovingBody, dx: number, dy: number, ground: Ground): void {
  if (dx === 0 && dy === 0) return;
  const perLength = stepUnits / Math.max(127, Math.sqrt(dx * dx + dy * dy));
  const x = snap(body.x + dx * perLength);
  const y = snap(body.y + dy * perLength);
  const { tile } = ground;
  if (touchesTheSame(body.x, x, tile) || isFree(x, body.y, ground)) body.x = x;
  if (touchesTheSame(body.y, y, tile) || isFree(body.x, y, ground)) body.y = y;
  body.facing = facingOf(dx, dy);
}

/** `walk`, for those who keep the body they had. */
export function stepPlayer(body: Body, { dx, dy }: Command, ground: Ground): Body {
  if (dx === 0 && dy === 0) return body;
  const moved = { x: body.x, y: body.y, facing: body.facing };
  walk(moved, dx, dy, ground);
  return moved;
}

/** A body that stood free and touches no other tiles than before stands free. Most steps are like that. */
function touchesTheSame(from: number, to: number, tile: number): boolean {
  return (
    Math.floor((from - radius) / tile) === Math.floor((to - radius) / tile) &&
    Math.ceil((from + radius) / tile) === Math.ceil((to + radius) / tile)
  );
}

/** Whether a body's box (a square with the radius as half side) touches no solid tile there. */
export function isFree(x: number, y: number, ground: Ground): boolean {
  const { tile } = ground;
  const left = Math.floor((x - radius) / tile);
  const top = Math.floor((y - radius) / tile);
  const right = Math.ceil((x + radius) / tile) - 1;
  const bottom = Math.ceil((y + radius) / tile) - 1;
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++) if (ground.isSolid(column, row)) return false;
  return true;
}

function facingOf(dx: number, dy: number): number {
  if (Math.abs(dx) >= Math.abs(dy)) return dx < 0 ? 1 : 2;
  return dy < 0 ? 3 : 0;
}
