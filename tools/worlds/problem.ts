/** Where something is wrong: a file, and inside a map the layer and the object. */
export interface Place {
  readonly file: string;
  readonly layer?: string | undefined;
  readonly object?: string | undefined;
}

export interface Problem extends Place {
  readonly says: string;
}

/** What is wrong with the worlds, all of it at once, so that an author mends it in one go. */
export class WorldsRefused extends Error {
  override readonly name = "WorldsRefused";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(describe).join("\n"));
    this.problems = problems;
  }
}

/** `worlds/hub/map.tmj: layer "objects", object "LeftPortal": …` */
export function describe({ file, layer, object, says }: Problem): string {
  const inside = [layer && `layer "${layer}"`, object && `object "${object}"`].filter(Boolean).join(", ");
  return inside ? `${file}: ${inside}: ${says}` : `${file}: ${says}`;
}

export type Complain = (says: string, inside?: { layer?: string; object?: string }) => void;

/** Collects problems of one file. */
export function complainAbout(file: string, problems: Problem[]): Complain {
  return (says, inside) => problems.push({ file, ...inside, says });
}
