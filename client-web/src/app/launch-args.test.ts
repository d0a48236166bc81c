import { describe, expect, it } from "vitest";
import { readLaunchArgs } from "./launch-args.ts";

describe("launch args", () => {
  it("are read as VirtuCade's scripts write them", () => {
    expect(
      readLaunchArgs("smoke_test,force_packrat_world_packs,smoke_packrat_cache_dir=/tmp/a b"),
    ).toMatchObject({
      smokeTest: true,
      forcePackratWorldPacks: true,
      cacheFolder: "/tmp/a",
      unknown: ["b"],
    });
    expect(readLaunchArgs("db_persist_test,phase1,Ada").dbPersistTest).toEqual({
      phase: "phase1",
      name: "Ada",
    });
  });

  it("take a cache folder in smoke mode only", () => {
    expect(readLaunchArgs("smoke_packrat_cache_dir=/tmp/a").cacheFolder).toBeUndefined();
  });

  it("name what they do not know", () => {
    expect(readLaunchArgs("toString, db_persist_test phase3 Ada").unknown).toEqual([
      "toString",
      "db_persist_test",
      "phase3",
      "Ada",
    ]);
    expect(readLaunchArgs("").unknown).toEqual([]);
  });
});
