import { hub } from "./hub.ts";
import type { WorldArt } from "./world-art.ts";
export const topWorld: WorldArt = { ...hub, key: "top_world" };
