import type { Picture } from "./picture.ts";
import type { Prop } from "./sheet.ts";

/** What is drawn for a world: the painted ground, and props to place on it. Props are only ever appended. */
export interface WorldArt {
  readonly key: string;
  readonly backdrop: string;
  readonly accent: string;
  painting(): Picture;
  /** Whether the painted ground at a pixel is meant to be walked on. */
  isWalkable(x: number, y: number): boolean;
  props(): readonly Prop[];
}
