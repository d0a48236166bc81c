import type { BuiltFrame } from "#adapters/ws/frames.ts";

/** The texts of a frame, which may be several that leave together. */
export function textsOf({ payload }: BuiltFrame): string[] {
  if (typeof payload === "string") return [payload];
  return payload instanceof Uint8Array ? [] : payload.flatMap(textsOf);
}
