import type { Picture } from "#tools/art/kit/picture.ts";
import type { Prop } from "#tools/art/kit/sheet.ts";

/** What is drawn for a world: the painted ground, and props to place on it. Props are only ever appended. */
export interface WorldArt {
  readonly key: string;
  readonly backdrop: string;
  readonly accent: string;
  readonly painting: () => Picture;
  /** Whether the painted ground at a pixel is meant to be walked on. */
  readonly isWalkable: (x: number, y: number) => boolean;
  readonly props: () => readonly Prop[];
}
