import { hub } from "./hub.ts";
import type { WorldArt } from "./world-art.ts";
export const leftWorld: WorldArt = { ...hub, key: "left_world" };
