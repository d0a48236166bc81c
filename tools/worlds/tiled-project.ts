import { z } from "zod";
import { readJson, shaped } from "./parse.ts";
import { complainAbout } from "./problem.ts";
import type { Problem } from "./problem.ts";

export const objectClasses = ["Portal", "Spawn", "Npc", "Zone", "Sign"] as const;
export type ObjectClass = (typeof objectClasses)[number];

const member = z.object({
  name: z.string(),
  type: z.string(),
  propertyType: z.string().optional(),
  value: z.unknown(),
});
const enumType = z.object({ type: z.literal("enum"), name: z.string(), values: z.array(z.string()) });
const classType = z.object({ type: z.literal("class"), name: z.string(), members: z.array(member) });
const project = z.object({ propertyTypes: z.array(z.discriminatedUnion("type", [enumType, classType])) });

export type Member = z.infer<typeof member>;

/** What the Tiled project says of enums and of classes; a map holds only what differs from its defaults. */
export interface TiledProject {
  readonly enums: ReadonlyMap<string, readonly string[]>;
  readonly classes: ReadonlyMap<string, ReadonlyMap<string, Member>>;
}

/** Reads `worlds.tiled-project`; `undefined` and problems when it is of no use. */
export function readProject(path: string, shownAs: string, problems: Problem[]): TiledProject | undefined {
  const complain = complainAbout(shownAs, problems);
  const json = readJson(path, complain);
  const parsed = json === undefined ? undefined : shaped(project, json, complain);
  if (!parsed) return undefined;
  const enums = new Map<string, readonly string[]>();
  const classes = new Map<string, ReadonlyMap<string, Member>>();
  for (const type of parsed.propertyTypes) {
    if (type.type === "enum") enums.set(type.name, type.values);
    else classes.set(type.name, new Map(type.members.map((member) => [member.name, member])));
  }
  for (const name of ["WorldKey", "Facing"]) if (!enums.has(name)) complain(`has no enum "${name}"`);
  for (const name of objectClasses) if (!classes.has(name)) complain(`has no class "${name}"`);
  return { enums, classes };
}

/** The text of the project file with `WorldKey` set to these keys; the rest stays as Tiled wrote it. */
export function withWorldKeys(text: string, keys: readonly string[]): string {
  const json = JSON.parse(text) as { propertyTypes: { name: string; values?: string[] }[] };
  for (const type of json.propertyTypes) if (type.name === "WorldKey") type.values = [...keys];
  return `${JSON.stringify(json, null, 4)}\n`;
}
