import { hub } from "./hub.ts";
import type { WorldArt } from "./world-art.ts";
export const rightWorld: WorldArt = { ...hub, key: "right_world" };
