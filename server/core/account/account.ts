import type { Place } from "#shared/protocol/parts.ts";
export type AccountInput =
  | { type: "claim"; re: number; name: string }
  | { type: "place"; place: Place }
  | { type: "release"; place?: Place | undefined };
