import { runSmoke, type SmokePlayer } from "./smoke-run.ts";

const worlds = 4;

/** A new version of the game with the same packs downloads nothing. */
await runSmoke(
  { name: "packrat-version-cache", marker: "PACKRAT_VERSION_CACHE_SMOKE_PASS", timeoutS: 120 },
  async (smoke) => {
    const cacheDir = smoke.emptyFolder();
    const before = await smoke.master({ APP_VERSION: "7.1" });
    const first = smoke.player(before.url, { version: "7.1", cacheDir });
    await first.play("smoke_test");
    const downloaded = count(first, "downloaded");
    smoke.check(downloaded === worlds, `${downloaded} packs downloaded into an empty cache, not ${worlds}`);
    await first.headless[Symbol.asyncDispose]();
    await before.stop();

    const after = await smoke.master({ APP_VERSION: "7.2" });
    const second = smoke.player(after.url, { version: "7.2", cacheDir });
    await second.play("smoke_test");
    const hits = count(second, "cache_hit");
    smoke.check(hits === count(second, ""), `only ${hits} of ${count(second, "")} packs came from the cache`);
    return `first=7.1 downloaded=${downloaded} second=7.2 cache_hits=${hits}`;
  },
);

function count({ lines }: SmokePlayer, cache: string): number {
  return lines.filter((line) => line.startsWith("WORLD_PACK_READY ") && line.includes(` cache=${cache}`))
    .length;
}
