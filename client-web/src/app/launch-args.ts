/** What `?args=` or the headless client's `--args` asks for: comma-separated words, some with what follows them. */
export interface LaunchArgs {
  readonly smokeTest: boolean;
  readonly worldCrashRecoveryTest: boolean;
  readonly manualPortalTest: boolean;
  readonly versionGateBypassTest: boolean;
  readonly dbPersistTest?: { readonly phase: "phase1" | "phase2"; readonly name: string } | undefined;
  /** Accepted for VirtuCade's scripts: packs are always used here. */
  readonly forcePackratWorldPacks: boolean;
  readonly useBundledWorldScenes: boolean;
  /** Only with `smoke_test`, and only where there are folders. */
  readonly cacheFolder?: string | undefined;
  readonly unknown: readonly string[];
}

type Flag =
  | "smokeTest"
  | "worldCrashRecoveryTest"
  | "manualPortalTest"
  | "versionGateBypassTest"
  | "forcePackratWorldPacks"
  | "useBundledWorldScenes";

const flags: Readonly<Record<string, Flag>> = {
  smoke_test: "smokeTest",
  world_crash_recovery_test: "worldCrashRecoveryTest",
  manual_portal_test: "manualPortalTest",
  version_gate_bypass_test: "versionGateBypassTest",
  force_packrat_world_packs: "forcePackratWorldPacks",
  use_bundled_world_scenes: "useBundledWorldScenes",
};

const cachePrefix = "smoke_packrat_cache_dir=";

export function readLaunchArgs(text: string): LaunchArgs {
  const words = text.split(/[,\s]+/).filter(Boolean);
  const set = new Set<Flag>();
  const unknown: string[] = [];
  let dbPersistTest: LaunchArgs["dbPersistTest"];
  let cacheFolder: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const flag = Object.hasOwn(flags, word) ? flags[word] : undefined;
    const [phase, name] = words.slice(at + 1, at + 3);
    if (flag) set.add(flag);
    else if (word.startsWith(cachePrefix)) cacheFolder = word.slice(cachePrefix.length) || undefined;
    else if (word === "db_persist_test" && (phase === "phase1" || phase === "phase2") && name) {
      dbPersistTest = { phase, name };
      at += 2;
    } else unknown.push(word);
  }
  const has = (flag: Flag): boolean => set.has(flag);
  return {
    smokeTest: has("smokeTest"),
    worldCrashRecoveryTest: has("worldCrashRecoveryTest"),
    manualPortalTest: has("manualPortalTest"),
    versionGateBypassTest: has("versionGateBypassTest"),
    forcePackratWorldPacks: has("forcePackratWorldPacks"),
    useBundledWorldScenes: has("useBundledWorldScenes"),
    dbPersistTest,
    cacheFolder: has("smokeTest") ? cacheFolder : undefined,
    unknown,
  };
}
