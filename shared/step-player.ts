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

/** What can be walked on. `isSolid` takes tile coordinates; outside the map is solid. */
export interface Ground {
  readonly tile: number;
  isSolid(column: number, row: number): boolean;
}

const stepUnits = limits.playerSpeedUnits * (limits.commandMs / 1000);
const radius = limits.playerRadiusUnits;

/** Positions live on a grid of 1/64 unit, so that 32-bit floats on the wire carry them exactly. */
const snap = (value: number): number => Math.round(value * 64) / 64;

/**
 * Moves a body by one command. The same function runs in the world (authority) and in the client
 * (prediction); it is deterministic, so both agree to the last bit. Axes move one after the other,
 * so a body slides along walls.
 */
export function stepPlayer(body: Body, command: Command, ground: Ground): Body {
  if (command.dx === 0 && command.dy === 0) return body;
  const length = Math.max(127, Math.hypot(command.dx, command.dy));
  const wantX = snap(body.x + (command.dx / length) * stepUnits);
  const wantY = snap(body.y + (command.dy / length) * stepUnits);
  const x = isFree(wantX, body.y, ground) ? wantX : body.x;
  const y = isFree(x, wantY, ground) ? wantY : body.y;
  return { x, y, facing: facingOf(command) };
}

/** Whether a body's box (a square with the radius as half side) touches no solid tile there. */
export function isFree(x: number, y: number, ground: Ground): boolean {
  const last = (value: number): number => Math.ceil(value / ground.tile) - 1;
  const left = Math.floor((x - radius) / ground.tile);
  const top = Math.floor((y - radius) / ground.tile);
  for (let row = top; row <= last(y + radius); row++)
    for (let column = left; column <= last(x + radius); column++)
      if (ground.isSolid(column, row)) return false;
  return true;
}

function facingOf({ dx, dy }: Command): number {
  if (Math.abs(dx) >= Math.abs(dy)) return dx < 0 ? 1 : 2;
  return dy < 0 ? 3 : 0;
}
