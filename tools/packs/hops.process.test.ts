import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PackIndexReader } from "#adapters/packs/pack-index.ts";
import { manifestFile, releaseFolders } from "#tools/artifacts/manifest.ts";
import { packRelease } from "#tools/deploy/archive.ts";

const mtime = 1_700_000_001;
const bytes = "what is in the pack";

let dir: string;
let release: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-hops-"));
  release = join(dir, "release");
  for (const folder of [...releaseFolders, "world_packs"])
    mkdirSync(join(release, folder), { recursive: true });
  writeFileSync(join(release, manifestFile), "{}");
  const pack = join(release, "world_packs/hub.zip");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const hub = { file: "hub.zip", size: bytes.length, mtime, sha256 };
  writeFileSync(pack, bytes);
  utimesSync(pack, mtime, mtime);
  writeFileSync(join(release, "world_packs/index.json"), JSON.stringify({ schema: 1, packs: { hub } }));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Whether players would be given the pack: its size and time are those of the index. */
function isOnOffer(at: string): boolean {
  using reader = new PackIndexReader({ dir: join(at, "world_packs"), baseUrl: () => "" });
  return reader.packOf("hub") !== undefined;
}

type Hop = (to: string) => Promise<unknown>;

const hops: Readonly<Record<string, Hop>> = {
  "the archive that is deployed": async (to) => {
    const archive = join(dir, "release.tar.gz");
    await packRelease(release, archive, 1);
    await execa("tar", ["-xzf", archive, "-C", to, "--no-same-owner", "--no-same-permissions"]);
  },
  "cp -a": (to) => execa("cp", ["-a", `${release}/.`, to]),
  "a zip made and unpacked in two time zones": async (to) => {
    const archive = join(dir, "release.zip");
    await execa("zip", ["-qr", archive, "."], { cwd: release, env: { TZ: "Asia/Tokyo" } });
    await execa("unzip", ["-q", archive, "-d", to], { env: { TZ: "America/Los_Angeles" } });
  },
};

test.skipIf(process.platform !== "linux").each(Object.entries(hops))(
  "packs keep their time through %s",
  async (_, hop) => {
    const to = join(dir, "there");
    mkdirSync(to);
    await hop(to);
    expect(isOnOffer(to)).toBe(true);
  },
);

test("a copy that loses times is not on offer", () => {
  const to = join(dir, "there");
  cpSync(release, to, { recursive: true });
  expect(isOnOffer(to)).toBe(false);
});
