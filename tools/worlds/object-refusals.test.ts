import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { buildWorlds } from "./build.ts";
import { layerOf, objectOf, plantWorlds, setProperty } from "./planted-worlds.ts";
import type { AnyLayer, AnyMap, AnyObject, Planted } from "./planted-worlds.ts";

const map = "left_world/map.tmj";
const inMap = "worlds/left_world/map.tmj";
const atPortal = `${inMap}: layer "objects", object "HubPortal":`;

const onMap =
  (change: (json: AnyMap) => void) =>
  (worlds: Planted): void =>
    worlds.edit(map, change);
const onPortal = (change: (portal: AnyObject) => void) =>
  onMap((json) => change(objectOf(json, "HubPortal")));
const onNpc = (change: (npc: AnyObject) => void) =>
  onMap((json) => change(objectOf(json, "Blue Quartermaster")));

/** What is spoiled, and the line that must name it. */
const rules: readonly (readonly [rule: string, spoil: (worlds: Planted) => void, line: string])[] = [
  [
    "a portal's target is a world",
    onPortal((portal) => setProperty(portal, "target_world", "nowhere")),
    `${atPortal} target_world "nowhere" is no world`,
  ],
  [
    "a target is one of the project's worlds",
    onPortal((portal) => setProperty(portal, "target_world", "nowhere")),
    `${atPortal} target_world "nowhere" is none of hub, left_world, right_world, top_world`,
  ],
  [
    "a portal's target spawn is there",
    onPortal((portal) => setProperty(portal, "target_spawn", "Cellar")),
    `${atPortal} target_spawn "Cellar" is no spawn of hub`,
  ],
  [
    "a portal leads elsewhere",
    onPortal((portal) => setProperty(portal, "target_world", "left_world")),
    `${atPortal} leads to its own world`,
  ],
  [
    "a spawn is not inside a wall",
    onMap((json) => Object.assign(objectOf(json, "default"), { x: 10, y: 10 })),
    `${inMap}: layer "objects", object "default": a body standing here would touch a solid tile`,
  ],
  [
    "a portal's centre is not inside a wall",
    onPortal((portal) => Object.assign(portal, { x: 0, y: 0 })),
    `${atPortal} a body standing here would touch a solid tile`,
  ],
  [
    "a portal can be reached on foot",
    onMap((json) => wallAround(layerOf(json, "collision"), 17, 22, 9, 15)),
    `${inMap}: layer "objects", object "RightPortal": cannot be reached on foot from "default"`,
  ],
  [
    "a walk is free of solid tiles",
    onNpc((npc) => setProperty(npc, "rx", 400)),
    `${inMap}: layer "objects", object "Blue Quartermaster": its walk touches a solid tile at`,
  ],
  [
    "a name is used once",
    onMap((json) => (objectOf(json, "TopPortal").name = "HubPortal")),
    `${atPortal} another portal or spawn has this name`,
  ],
  [
    "a name has plain characters",
    onPortal((portal) => (portal.name = "Hub Portal")),
    `${inMap}: layer "objects", object "Hub Portal": its name "Hub Portal" must be 1–64`,
  ],
  [
    "there is a default spawn",
    onMap((json) => (objectOf(json, "default").name = "start")),
    `${inMap}: has no spawn named "default"`,
  ],
  [
    "the default spawn is no portal",
    onMap(
      (json) => ((objectOf(json, "default").name = "start"), (objectOf(json, "HubPortal").name = "default")),
    ),
    `${inMap}: layer "objects", object "default": a portal cannot be the "default" spawn`,
  ],
  [
    "a class is known",
    onPortal((portal) => (portal["type"] = "Door")),
    `${atPortal} unknown class "Door"; there are Portal, Spawn, Npc, Zone, Sign`,
  ],
  [
    "a property is the class's",
    onPortal((portal) => setProperty(portal, "target", "hub")),
    `${atPortal} Portal has no property "target"`,
  ],
  [
    "a property has its type",
    onNpc((npc) => setProperty(npc, "speed", "fast")),
    `object "Blue Quartermaster": speed must be a number`,
  ],
  [
    "a facing is one of four",
    onMap((json) => setProperty(objectOf(json, "default"), "facing", "north")),
    `object "default": facing "north" is none of down, left, right, up`,
  ],
  [
    "a dialog fits into a bubble",
    onNpc((npc) => setProperty(npc, "dialog", "x".repeat(201))),
    `object "Blue Quartermaster": its dialog must be at most 200 characters long`,
  ],
  [
    "a colour is opaque",
    onPortal((portal) => setProperty(portal, "color", "#80ff0000")),
    `${atPortal} color "#80ff0000" must be an opaque colour`,
  ],
  [
    "a portal is a rectangle",
    onPortal((portal) => Object.assign(portal, { width: 0, height: 0, point: true })),
    `${atPortal} a Portal must be a rectangle`,
  ],
  [
    "an NPC is a point",
    onNpc((npc) => Object.assign(npc, { width: 32, height: 32, point: false })),
    `object "Blue Quartermaster": a Npc must be a point`,
  ],
  [
    "an object is not turned",
    onPortal((portal) => (portal["rotation"] = 45)),
    `${atPortal} rotation: must be 0`,
  ],
  [
    "an object has no other shape",
    onPortal((portal) => (portal["polygon"] = [{ x: 0, y: 0 }])),
    `${atPortal} polygon: a polygon is not supported`,
  ],
  [
    "there are no templates",
    onPortal((portal) => (portal["template"] = "gate.tx")),
    `${atPortal} template: a template is not supported`,
  ],
  [
    "an NPC's sprite is there",
    onNpc((npc) => setProperty(npc, "sprite", "ghost")),
    `object "Blue Quartermaster": sprite "ghost": there is no sprites/ghost.png`,
  ],
  [
    "an NPC's sprite stays in its folder",
    onNpc((npc) => setProperty(npc, "sprite", "../../hub/sprites/arcade-host")),
    `sprite "../../hub/sprites/arcade-host": there is no`,
  ],
  [
    "an NPC's id is plain",
    onNpc((npc) => setProperty(npc, "npc_id", "")),
    `object "Blue Quartermaster": npc_id "" must be 1–32`,
  ],
  [
    "an NPC's id is used once",
    onMap((json) =>
      layerOf(json, "objects").objects.push({ ...objectOf(json, "Blue Quartermaster"), name: "Twin" }),
    ),
    `object "Twin": npc_id "blue-quartermaster" is used twice`,
  ],
];

test.for(rules)("%s", async ([, spoil, line]) => {
  using worlds = plantWorlds();
  spoil(worlds);
  const refusal = await buildWorlds(worlds).catch((cause: unknown) => cause);
  expect(String(refusal)).toContain(line);
  expect(existsSync(worlds.outDir)).toBe(false);
});

/** A ring of collision around tiles. */
function wallAround(collision: AnyLayer, left: number, right: number, top: number, bottom: number): void {
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++)
      if (row === top || row === bottom || column === left || column === right)
        collision.data[row * 25 + column] = 1;
}
