import { isFree } from "#shared/step-player.ts";
import type { Ground } from "#shared/step-player.ts";
import type { MapNpc } from "#shared/world-map.ts";

const stride = 8;

/** Every place, on a grid of 8 units around the start, that a body can walk to. */
export function walkedFrom(
  start: { x: number; y: number },
  ground: Ground,
): readonly { x: number; y: number }[] {
  const seen = new Set<string>();
  const open = [{ x: start.x, y: start.y }];
  const reached = [];
  for (let place = open.pop(); place; place = open.pop()) {
    const { x, y } = place;
    const id = `${x} ${y}`;
    if (seen.has(id) || !isFree(x, y, ground)) continue;
    seen.add(id);
    reached.push(place);
    open.push({ x: x + stride, y }, { x: x - stride, y }, { x, y: y + stride }, { x, y: y - stride });
  }
  return reached;
}

/** The first point of an NPC's walk where its body would touch a solid tile. */
export function firstBump(npc: MapNpc, ground: Ground): { x: number; y: number } | undefined {
  // 1.7 = 17/10, so the walk closes after ten turns of `t`.
  for (let t = 0; t < 20 * Math.PI; t += 0.02) {
    const x = npc.x + Math.cos(t) * npc.rx;
    const y = npc.y + Math.sin(1.7 * t) * npc.ry;
    if (!isFree(x, y, ground)) return { x: Math.round(x), y: Math.round(y) };
  }
  return undefined;
}
