import { limits } from "#shared/limits.ts";
import { isFree, type Ground } from "#shared/step-player.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Node extends Point {
  readonly key: number;
}

/** Cells looked at before a search gives up: a map of 250 × 250 tiles. */
const cellsMost = 250_000;
const rowKeys = 1 << 15;
/** How far around an unreachable goal a free cell is looked for, in cells. */
const nearMost = 12;
const straight = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;
const diagonal = [
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
] as const;

/**
 * The way from one point to another for a player's body, without the start: corners only. Ends at the goal, or as
 * near to it as a body can get. Empty when a body cannot move at all. Searches a grid of half tiles, fine enough
 * for the narrowest gap a body fits through, then pulls the string tight.
 */
export function findPath(from: Point, goal: Point, ground: Ground): Point[] {
  const grid = gridOf(ground);
  const start = nearestFree(from, grid, (node) => isClear(from, node, ground));
  if (!start) return [];
  const end = nearestFree(goal, grid, () => true) ?? start;
  const cells = search(start, end, grid);
  const points: Point[] = [from, ...cells];
  if (isFree(goal.x, goal.y, ground) && isClear(cells.at(-1) ?? from, goal, ground)) points.push(goal);
  return pulled(points, ground).slice(1);
}

/** Whether a body can go straight from `a` to `b`. */
export function isClear(a: Point, b: Point, ground: Ground): boolean {
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const steps = Math.max(1, Math.ceil(length / (limits.playerSpeedUnits * (limits.commandMs / 1000))));
  for (let step = 0; step <= steps; step++) {
    const share = step / steps;
    if (!isFree(a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share, ground)) return false;
  }
  return true;
}

interface Grid {
  readonly side: number;
  node(column: number, row: number): Node;
  isFree(node: Node): boolean;
}

function gridOf(ground: Ground): Grid {
  const side = ground.tile / 2;
  const known = new Map<number, boolean>();
  return {
    side,
    node: (column, row) => ({ key: row * rowKeys + column, x: column * side, y: row * side }),
    isFree(node) {
      let free = known.get(node.key);
      if (free === undefined) known.set(node.key, (free = isFree(node.x, node.y, ground)));
      return free;
    },
  };
}

/** The free cell closest to a point, by rings around it. */
function nearestFree(point: Point, grid: Grid, accepts: (node: Node) => boolean): Node | undefined {
  const column = Math.round(point.x / grid.side);
  const row = Math.round(point.y / grid.side);
  for (let ring = 0; ring <= nearMost; ring++) {
    const found: Node[] = [];
    for (let dy = -ring; dy <= ring; dy++)
      for (let dx = -ring; dx <= ring; dx++) {
        if (Math.max(Math.abs(dx), Math.abs(dy)) !== ring || column + dx < 0 || row + dy < 0) continue;
        const node = grid.node(column + dx, row + dy);
        if (grid.isFree(node) && accepts(node)) found.push(node);
      }
    const [best] = found.sort((a, b) => distance(a, point) - distance(b, point));
    if (best) return best;
  }
  return undefined;
}

/** A*, with the octile distance as estimate. Leads to the cell closest to the end when that cannot be reached. */
function search(start: Node, end: Node, grid: Grid): Node[] {
  const open = new Heap();
  const cost = new Map([[start.key, 0]]);
  const cameFrom = new Map<number, Node>();
  let closest = start;
  open.push(start, 0);
  for (let looked = 0; looked < cellsMost && closest.key !== end.key; looked++) {
    const here = open.pop();
    if (!here) break;
    if (distance(here, end) < distance(closest, end)) closest = here;
    for (const next of neighbours(here, grid)) {
      const total = (cost.get(here.key) ?? 0) + distance(here, next);
      if (total >= (cost.get(next.key) ?? Infinity)) continue;
      cost.set(next.key, total);
      cameFrom.set(next.key, here);
      open.push(next, total + distance(next, end));
    }
  }
  return traced(closest, cameFrom);
}

/** A straight neighbour that is free is always reachable; a diagonal one when both sides are free as well. */
function neighbours({ x, y }: Node, grid: Grid): Node[] {
  const column = Math.round(x / grid.side);
  const row = Math.round(y / grid.side);
  const isFreeAt = (dx: number, dy: number): boolean => grid.isFree(grid.node(column + dx, row + dy));
  const found: Node[] = [];
  for (const [dx, dy] of straight) if (isFreeAt(dx, dy)) found.push(grid.node(column + dx, row + dy));
  for (const [dx, dy] of diagonal)
    if (isFreeAt(dx, dy) && isFreeAt(dx, 0) && isFreeAt(0, dy)) found.push(grid.node(column + dx, row + dy));
  return found;
}

function traced(end: Node, cameFrom: ReadonlyMap<number, Node>): Node[] {
  const path = [end];
  for (let at = cameFrom.get(end.key); at; at = cameFrom.get(at.key)) path.push(at);
  return path.toReversed();
}

/** Drops every point that can be skipped in a straight line. */
function pulled(points: readonly Point[], ground: Ground): Point[] {
  const kept = points.slice(0, 1);
  for (let at = 0; at < points.length - 1;) {
    const here = points[at] as Point;
    const far = points.findLastIndex((point, index) => index > at && isClear(here, point, ground));
    at = Math.max(at + 1, far);
    kept.push(points[at] as Point);
  }
  return kept;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** A binary heap: the cheapest node first. */
class Heap {
  readonly #items: { node: Node; rank: number }[] = [];

  push(node: Node, rank: number): void {
    const items = this.#items;
    let at = items.push({ node, rank }) - 1;
    while (at > 0 && rank < this.#rank((at - 1) >> 1)) at = this.#swap(at, (at - 1) >> 1);
  }

  pop(): Node | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (!top || !last || items.length === 0) return top?.node;
    items[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const least = this.#rank(left + 1) < this.#rank(left) ? left + 1 : left;
      if (this.#rank(least) >= this.#rank(at)) return top.node;
      at = this.#swap(at, least);
    }
  }

  #rank(at: number): number {
    return this.#items[at]?.rank ?? Infinity;
  }

  #swap(a: number, b: number): number {
    const items = this.#items;
    const [first, second] = [items[a], items[b]];
    if (first && second) [items[a], items[b]] = [second, first];
    return b;
  }
}
