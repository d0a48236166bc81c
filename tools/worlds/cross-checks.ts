import type { CompiledWorld } from "./compile.ts";
import { complainAbout } from "./problem.ts";
import type { Complain, Problem } from "./problem.ts";
import { isFree } from "#shared/step-player.ts";
import { firstBump, walkedFrom } from "./walk.ts";

type Worlds = ReadonlyMap<string, CompiledWorld>;

/** What only shows when a world's walls, ways and neighbours are seen together. */
export function crossCheck(worlds: Worlds, problems: Problem[]): void {
  const names = new Map<string, string>();
  for (const world of worlds.values()) {
    const complain = complainAbout(world.file, problems);
    checkManifest(world, worlds, names, complain);
    checkSpawns(world, complain);
    checkWays(world, complain);
    checkTargets(world, worlds, complain);
  }
}

function checkManifest(
  { key, file, manifest }: CompiledWorld,
  worlds: Worlds,
  names: Map<string, string>,
  complain: Complain,
): void {
  const { name, fallback } = manifest;
  const twin = names.get(name);
  if (twin) complain(`its name "${name}" is also that of ${twin}`);
  names.set(name, file);
  if (fallback !== undefined && (fallback === key || !worlds.has(fallback)))
    complain(`fallback "${fallback}" is no other world`);
}

function checkSpawns({ placed, ground }: CompiledWorld, complain: Complain): void {
  if (!placed.spawns.has("default")) complain('has no spawn named "default"');
  if (placed.portals.has("default"))
    complain('a portal cannot be the "default" spawn', placed.portals.get("default")?.at);
  for (const { thing, at } of placed.spawns.values())
    if (!isFree(thing.x, thing.y, ground)) complain("a body standing here would touch a solid tile", at);
}

/** On foot from `default` into every portal; and nobody walks through walls. */
function checkWays({ placed, ground }: CompiledWorld, complain: Complain): void {
  const start = placed.spawns.get("default");
  const reached = start ? walkedFrom(start.thing, ground) : [];
  for (const { thing, at } of placed.portals.values()) {
    const isInside = ({ x, y }: { x: number; y: number }): boolean =>
      Math.abs(x - thing.x) <= thing.w / 2 && Math.abs(y - thing.y) <= thing.h / 2;
    if (start && !reached.some(isInside)) complain('cannot be reached on foot from "default"', at);
  }
  for (const { thing, at } of placed.npcs) {
    const bump = firstBump(thing, ground);
    if (bump) complain(`its walk touches a solid tile at ${bump.x}, ${bump.y}`, at);
  }
}

function checkTargets({ key, placed }: CompiledWorld, worlds: Worlds, complain: Complain): void {
  for (const { thing, at } of placed.portals.values()) {
    const target = worlds.get(thing.target);
    if (!target) complain(`target_world "${thing.target}" is no world`, at);
    else if (thing.target === key) complain("leads to its own world", at);
    else if (!target.placed.spawns.has(thing.spawn))
      complain(`target_spawn "${thing.spawn}" is no spawn of ${thing.target}`, at);
  }
}
