/** One part of the build: a program that turns inputs into outputs. Paths are relative to the repository. */
export interface Step {
  readonly name: string;
  /** Files and folders. Tests among them do not count. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What else the result depends on. */
  readonly environment?: readonly string[];
  /** Arguments of the pinned Node. */
  readonly command: readonly string[];
}

const tools = ["package-lock.json", "tools/build/steps.ts"];

export const steps: readonly Step[] = [
  {
    name: "worlds",
    inputs: ["worlds", "tools/worlds", "shared", ...tools],
    outputs: ["builds/server/worlds.json"],
    command: ["tools/worlds/build.ts"],
  },
  {
    name: "packs",
    inputs: ["worlds", "tools/worlds", "tools/packs", "shared", ...tools],
    outputs: ["builds/world_packs/index.json", "builds/web/world_packs/index.json"],
    command: ["tools/packs/build.ts"],
  },
  {
    name: "world server",
    inputs: [
      "server/world-server",
      "server/adapters/ws",
      "server/roles/world.ts",
      "shared",
      "tools/build/world-server.ts",
      ...tools,
    ],
    outputs: ["builds/server/world.mjs"],
    command: ["tools/build/world-server.ts"],
  },
  {
    name: "client",
    inputs: [
      "client-web/index.html",
      "client-web/public",
      "client-web/src",
      "client-web/vite.config.ts",
      "shared",
      ...tools,
    ],
    outputs: ["builds/web/index.html"],
    environment: ["PORTCADE_PUBLIC_MASTER_URL", "PORTCADE_CLIENT_HOSTS"],
    command: ["node_modules/vite/bin/vite.js", "build", "client-web", "--logLevel", "warn"],
  },
];
