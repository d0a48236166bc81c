import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { limits } from "#shared/limits.ts";
import type { WorldRules } from "#shared/world-rules.ts";
import { settingsOf } from "#shared/world-settings.ts";
import type { SettingsGiven } from "#shared/world-settings.ts";
import { compileWorlds } from "#tools/worlds/build.ts";
import { selfTest } from "#world-server/self-test.ts";

const worlds = compileWorlds(fileURLToPath(new URL(".", import.meta.url)));

test.each(worlds.map((world) => [world.key, world] as const))(
  "a launch of %s may take over from another",
  async (key, { manifest, map }) => {
    const copyRules = async (): Promise<WorldRules | undefined> => {
      if (!manifest.module) return undefined;
      vi.resetModules();
      return ((await import(`./${key}/world.ts`)) as { rules: WorldRules }).rules;
    };
    const world = { key, map, mapSha256: "", ...settingsOf(manifest as SettingsGiven) };
    expect(await selfTest({ world, limits, copyRules })).toBeUndefined();
  },
);
