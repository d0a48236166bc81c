import { describe, expect, it } from "vitest";
import { PackError } from "../packs/pack.ts";
import { PackLoader, type Packs } from "./pack-loader.ts";
import { fakePacks, mapOf } from "./testing.ts";

const info = { key: "hub", url: "http://host/packs/hub.zip", size: 10, mtime: 1, sha256: "0".repeat(64) };

const kept = "http://master/world_packs";

/** Prepares one pack and tells how it ended. */
async function prepared(packs: Packs, base?: string) {
  const lines: string[] = [];
  const loader = new PackLoader(packs, { base, kept }, (line) => lines.push(line));
  const progress: number[] = [];
  const end = await new Promise<string>((resolve) => {
    loader.prepare(1, info, [], {
      progress: (loaded) => progress.push(loaded),
      ready: ({ map }) => resolve(`ready ${map.key}`),
      failed: resolve,
    });
  });
  return { end, lines, progress, last: loader.last };
}

const failing = (error: PackError): Packs => ({
  async ensure() {
    throw error;
  },
});
const holding = (map: unknown): Packs => ({
  ensure: async () => {
    const files = new Map([["map.json", new TextEncoder().encode(JSON.stringify(map))]]);
    return { info, files, status: "cache_hit", bytes: 0, ms: 1, isStored: true };
  },
});

describe("making a pack ready", () => {
  it("ends with a world to draw, told step by step", async () => {
    const { end, lines, progress, last } = await prepared(fakePacks);
    expect(end).toBe("ready hub");
    expect(progress).toEqual([10]);
    expect(last).toMatchObject({ status: "downloaded", bytes: 10 });
    expect(lines.map((line) => line.split(" ")[0])).toEqual([
      "WORLD_PACK_START",
      "WORLD_PACK_PROGRESS",
      "WORLD_PACK_READY",
    ]);
  });

  it("tells a host that is down from a pack that is wrong", async () => {
    expect((await prepared(failing(new PackError("network", "nothing came")))).end).toBe("pack_offline");
    for (const reason of ["missing", "integrity", "invalid"] as const)
      expect((await prepared(failing(new PackError(reason, "no")))).end).toBe("pack_failed");
  });

  it("takes no pack without a map of that very world", async () => {
    for (const map of [
      undefined,
      7,
      {},
      { ...mapOf("hub"), v: 2 },
      mapOf("left_world"),
      { ...mapOf("hub"), solid: 1 },
    ])
      expect((await prepared(holding(map))).end).toBe("pack_failed");
  });

  it("takes the first pack from another folder when told so", async () => {
    const { lines } = await prepared(fakePacks, "http://127.0.0.1:19100");
    expect(lines[0]).toContain(" url=http://127.0.0.1:19100/hub.zip ");
  });

  it("knows the master's own copy of a pack that is hosted, by its hash; not of one from another folder", async () => {
    const asked: (string | undefined)[] = [];
    const watched: Packs = {
      ensure: async (wanted, options) => {
        asked.push(wanted.elsewhere);
        return fakePacks.ensure(wanted, options);
      },
    };
    await prepared(watched);
    await prepared(watched, "http://127.0.0.1:19100");
    expect(asked).toEqual([`${kept}/${info.sha256}.zip`, undefined]);
  });

  it("says nothing more once cancelled", async () => {
    const gate = Promise.withResolvers<void>();
    const slow: Packs = {
      ensure: async (wanted, options) => {
        await gate.promise;
        return fakePacks.ensure(wanted, options);
      },
    };
    const lines: string[] = [];
    const loader = new PackLoader(slow, { kept }, (line) => lines.push(line));
    const unexpected = (): void => expect.unreachable();
    loader.prepare(1, info, [], { progress: unexpected, ready: unexpected, failed: unexpected });
    loader.cancel(1);
    gate.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(lines).toHaveLength(1);
  });
});
