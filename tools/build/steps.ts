/** One part of the build: a program, run in the repository, that turns inputs into outputs. */
export interface Step {
  readonly name: string;
  /** Files and folders, relative to the repository. Tests among them do not count. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What else the result depends on. */
  readonly environment?: readonly string[];
  /** Arguments of the pinned Node. */
  readonly command: readonly string[];
}

/** Where a build goes, and what it adds. */
export interface Target {
  /** Absolute. */
  readonly outDir: string;
  /** With source maps, for a debugger. */
  readonly hasMaps: boolean;
  /** The index of the packs that players have now; that of `outDir` when not given. */
  readonly previous?: string | undefined;
}

const tools = ["package-lock.json", "tools/build/steps.ts"];

/** All that a master run from its sources needs. */
export function checkoutSteps({ outDir, hasMaps, previous }: Target): readonly Step[] {
  const to = ["--out", outDir];
  const debug = hasMaps ? ["--debug"] : [];
  return [
    {
      name: "worlds",
      inputs: ["worlds", "tools/worlds", "shared", ...tools],
      outputs: [`${outDir}/server/worlds.json`],
      command: ["tools/worlds/build.ts", ...to],
    },
    {
      name: "packs",
      inputs: ["worlds", "tools/worlds", "tools/packs", "shared", ...tools],
      outputs: [`${outDir}/world_packs/index.json`, `${outDir}/web/world_packs/index.json`],
      command: ["tools/packs/build.ts", ...to, ...(previous === undefined ? [] : ["--previous", previous])],
    },
    {
      name: "world server",
      inputs: [
        "server/world-server",
        "server/adapters/ws",
        "server/roles/world.ts",
        "shared",
        "tools/build/bundle.ts",
        "tools/build/world-server.ts",
        ...tools,
      ],
      outputs: [`${outDir}/server/world.mjs`],
      command: ["tools/build/world-server.ts", ...to, ...debug],
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
      outputs: [`${outDir}/web/index.html`],
      environment: ["PORTCADE_PUBLIC_MASTER_URL", "PORTCADE_CLIENT_HOSTS"],
      command: [
        "node_modules/vite/bin/vite.js",
        "build",
        "client-web",
        "--logLevel=warn",
        `--outDir=${outDir}/web`,
        ...(hasMaps ? ["--sourcemap"] : []),
      ],
    },
  ];
}

/** What makes a server's folder run where there is nothing else. */
export function releaseSteps(target: Target): readonly Step[] {
  const to = ["--out", target.outDir];
  return [
    ...checkoutSteps(target),
    {
      name: "master",
      inputs: [],
      outputs: [],
      command: ["tools/build/master.ts", ...to, ...(target.hasMaps ? ["--debug"] : [])],
    },
    { name: "Node beside it", inputs: [], outputs: [], command: ["tools/build/runtime.ts", ...to] },
  ];
}
