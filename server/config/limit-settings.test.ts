import { describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { readConfig, type Reading } from "../config.ts";
import { limitOfSetting } from "./limit-settings.ts";

const read = (env: Record<string, string>): Reading => readConfig(env, { cwd: "/srv", packDir: "/packs" });

describe("limits", () => {
  const refused = (name: string, value: string): string => read({ [name]: value }).problems[0] ?? "";

  test("every one has a setting, and those both sides of a wire compute with say that they are built in", () => {
    expect([...limitOfSetting.values()].toSorted()).toEqual(Object.keys(limits).toSorted());
    for (const [setting, name] of limitOfSetting) {
      const { config, problems } = read({ [`PORTCADE_${setting}`]: "7" });
      if (config) expect(config.changedLimits).toEqual({ [name]: 7 });
      else expect(problems[0]).toMatch(/allowed is nothing/);
    }
  });

  test("are whole numbers within reason", () => {
    expect(read({ PORTCADE_LIMIT_LEASE_SOFT_MS: "1500" }).config?.limits).toEqual({
      ...limits,
      leaseSoftMs: 1500,
    });
    for (const value of ["0", "-1", "1.5", "x", "86400001"])
      expect(refused("PORTCADE_LIMIT_LEASE_SOFT_MS", value)).toContain(
        "allowed is a whole number from 1 to 86400000",
      );
    expect(refused("PORTCADE_LIMIT_STRIKES", "2147483648")).toContain("from 1 to 2147483647");
  });

  test("with a setting of their own point to it", () => {
    expect(refused("PORTCADE_LIMIT_IDLE_MS", "5")).toContain("set PORTCADE_WORLD_IDLE_SECONDS instead");
    expect(refused("PORTCADE_LIMIT_TICK_MS", "5")).toContain("it is built in");
  });
});
