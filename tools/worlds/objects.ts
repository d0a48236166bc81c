import { limits } from "#shared/limits.ts";
import { spawnName } from "#shared/protocol/parts.ts";
import type { MapNpc, MapPortal, MapSpawn, WorldMap } from "#shared/world-map.ts";
import type { Complain } from "./problem.ts";
import { objectClasses } from "./tiled-project.ts";
import type { Member, ObjectClass, TiledProject } from "./tiled-project.ts";
import type { TiledMap, TiledObject } from "./tiled-map.ts";

/** Everything a map's object layers hold, each beside the object it came from. */
export interface Placed {
  readonly spawns: Map<string, Sited<MapSpawn>>;
  readonly portals: Map<string, Sited<MapPortal>>;
  readonly npcs: Sited<MapNpc>[];
  readonly zones: WorldMap["zones"][number][];
  readonly signs: WorldMap["signs"][number][];
}

export interface Sited<T> {
  readonly thing: T;
  readonly at: { readonly layer: string; readonly object: string };
}

/** Reads an object's property: its own value, or the default of its class. */
interface Values {
  text(name: string): string;
  number(name: string): number;
  color(name: string): string;
}

type Say = (says: string) => void;
type Place = (object: TiledObject, values: Values, placed: Placed, say: Say) => void;

const facings = ["down", "left", "right", "up"];

const place: Record<ObjectClass, Place> = {
  Portal({ name, shownAs, layer, x, y, width: w, height: h }, values, placed, say) {
    if (!isSpawnName(name, placed, say)) return;
    const at = { layer, object: shownAs };
    const middle = { x: x + w / 2, y: y + h / 2 };
    const target = { target: values.text("target_world"), spawn: values.text("target_spawn") };
    const look = { label: values.text("label"), color: values.color("color") };
    placed.portals.set(name, { at, thing: { ...middle, w, h, ...target, ...look } });
    placed.spawns.set(name, { at, thing: { ...middle, facing: 0 } });
  },
  Spawn({ name, shownAs, layer, x, y }, values, placed, say) {
    if (!isSpawnName(name, placed, say)) return;
    const facing = facings.indexOf(values.text("facing"));
    if (facing < 0) return say(`facing must be one of ${facings.join(", ")}`);
    placed.spawns.set(name, { at: { layer, object: shownAs }, thing: { x, y, facing } });
  },
  Npc({ name, shownAs, layer, x, y }, values, placed, say) {
    const id = values.text("npc_id");
    if (!/^[a-z0-9_-]{1,32}$/.test(id)) return say(`npc_id "${id}" must be 1–32 of a–z, 0–9, _ and -`);
    if (name.length < 1 || name.length > 32) return say("its name must be 1–32 characters long");
    if (placed.npcs.some(({ thing }) => thing.id === id)) return say(`npc_id "${id}" is used twice`);
    const dialog = values.text("dialog");
    if (dialog.length > limits.chatLength)
      return say(`its dialog must be at most ${limits.chatLength} characters long`);
    const walk = {
      rx: values.number("rx"),
      ry: values.number("ry"),
      speed: values.number("speed"),
      phase: values.number("phase"),
    };
    const npc = { id, name, sprite: values.text("sprite"), x, y, ...walk, dialog };
    placed.npcs.push({ at: { layer, object: shownAs }, thing: npc });
  },
  Zone({ name, x, y, width: w, height: h }, values, placed) {
    placed.zones.push({ name, kind: values.text("kind"), value: values.text("value"), x, y, w, h });
  },
  Sign({ x, y }, values, placed) {
    placed.signs.push({ text: values.text("text"), x, y });
  },
};

const isRectangle: Record<ObjectClass, boolean> = {
  Portal: true,
  Zone: true,
  Spawn: false,
  Npc: false,
  Sign: false,
};

/** Sorts a map's objects by class; what is unknown or misshapen becomes a problem naming layer and object. */
export function placeObjects(map: TiledMap, project: TiledProject, complain: Complain): Placed {
  const placed: Placed = { spawns: new Map(), portals: new Map(), npcs: [], zones: [], signs: [] };
  for (const object of map.objects) {
    const say: Say = (says) => complain(says, { layer: object.layer, object: object.shownAs });
    const kind = objectClasses.find((name) => name === object.class);
    if (!kind) say(`unknown class "${object.class}"; there are ${objectClasses.join(", ")}`);
    else if (hasShape(object, kind, say))
      place[kind](object, valuesOf(object, kind, project, say), placed, say);
  }
  return placed;
}

function hasShape(object: TiledObject, kind: ObjectClass, say: Say): boolean {
  const fits = isRectangle[kind] ? !object.isPoint && object.width > 0 && object.height > 0 : object.isPoint;
  if (!fits) say(`a ${kind} must be a ${isRectangle[kind] ? "rectangle" : "point"}`);
  return fits;
}

function isSpawnName(name: string, placed: Placed, say: Say): boolean {
  if (!spawnName.safeParse(name).success) say(`its name "${name}" must be 1–64 of A–Z, a–z, 0–9, _ and -`);
  else if (placed.spawns.has(name)) say("another portal or spawn has this name");
  else return true;
  return false;
}

function valuesOf(object: TiledObject, kind: ObjectClass, project: TiledProject, say: Say): Values {
  const members = project.classes.get(kind) ?? new Map<string, Member>();
  for (const [name, value] of object.properties) {
    const member = members.get(name);
    if (!member) say(`${kind} has no property "${name}"`);
    else if (typeof value !== typeof member.value) say(`${name} must be a ${typeof member.value}`);
    else checkEnum(name, value, member, project, say);
  }
  const read = (name: string): unknown => object.properties.get(name) ?? members.get(name)?.value;
  const text = (name: string): string => {
    const value = read(name);
    return typeof value === "string" ? value : "";
  };
  return {
    text,
    number(name) {
      const value = read(name);
      return typeof value === "number" ? value : 0;
    },
    color(name) {
      const color = colorOf(text(name));
      if (!color) say(`${name} "${text(name)}" must be an opaque colour`);
      return color ?? "#ffffff";
    },
  };
}

function checkEnum(name: string, value: unknown, member: Member, project: TiledProject, say: Say): void {
  const choices = project.enums.get(member.propertyType ?? "");
  if (choices && !choices.includes(String(value)))
    say(`${name} "${String(value)}" is none of ${choices.join(", ")}`);
}

/** Tiled writes `#aarrggbb` or `#rrggbb`; `undefined` for anything else or when see-through. */
export function colorOf(text: string): string | undefined {
  const digits = /^#(?:ff)?([0-9a-f]{6})$/i.exec(text)?.[1];
  return digits && `#${digits.toLowerCase()}`;
}
