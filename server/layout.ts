import { join } from "node:path";

/** Where the parts of an installation lie: in a checkout under `builds/`, in a release beside the server's folder. */
export interface Layout {
  /** The bundled world role. */
  readonly worldBundle: string;
  /** One folder per built world. */
  readonly worldsDir: string;
  /** What the master knows of each world. */
  readonly worldIndex: string;
  readonly packDir: string;
  readonly webDir: string;
  /** In a release it comes with the archive, not with the build. */
  readonly caddyfile: string;
  /** Where compiled code is kept from one start to the next. */
  readonly compileCache: string;
}

/** @param entry the file that was started: `server/main.ts`, or the bundled one in the server's folder */
export function layoutOf(entry: string): Layout {
  const builds = entry.endsWith(".ts") ? join(entry, "../../builds") : join(entry, "../..");
  return {
    worldBundle: join(builds, "server/world.mjs"),
    worldsDir: join(builds, "server/worlds"),
    worldIndex: join(builds, "server/worlds.json"),
    packDir: join(builds, "world_packs"),
    webDir: join(builds, "web"),
    caddyfile: entry.endsWith(".ts") ? join(entry, "../../Caddyfile") : join(builds, "Caddyfile"),
    compileCache: join(builds, "compile-cache"),
  };
}
