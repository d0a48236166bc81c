import { readdirSync, readFileSync } from "node:fs";
import type { Stats } from "node:fs";
import { join } from "node:path";
import { sharedFolder } from "#tools/worlds/discover.ts";
import { sha256 } from "#tools/worlds/output.ts";
import type { Artifacts } from "./artifacts.ts";
import type { Rule } from "./rule.ts";
import { strangersInPack } from "./sources.ts";

const fixed = ["world.json", "map.json", "LICENSES.json", "client.js"];
const drawn = /^(?:tiles|sprites|audio)\/[a-z0-9._/-]+\.(?:png|json|ogg|mp3)$/;

const secondsOf = ({ mtimeMs }: Stats): number => Math.floor(mtimeMs / 1000);

/** Hashes of all that lies in a world's own folder and the shared one. */
function ownHashes({ root }: Artifacts, key: string): ReadonlySet<string> {
  const hashes = [key, sharedFolder].flatMap((folder) => {
    const dir = join(root, "worlds", folder);
    return readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => sha256(readFileSync(join(entry.parentPath, entry.name))));
  });
  return new Set(hashes);
}

export const packRules = {
  "packs as their index says": {
    says: "A pack for every world and no other, each of the size, hash and time its index gives",
    *check(artifacts) {
      const keys = Object.keys(artifacts.worlds).sort().join();
      const listed = Object.keys(artifacts.packs).sort().join();
      if (listed !== keys) yield `index.json lists ${listed}; the worlds are ${keys}`;
      for (const [key, { file, size, mtime, sha256: hash }] of Object.entries(artifacts.packs)) {
        const bytes = artifacts.bytes(`world_packs/${file}`);
        if (file !== `${key}.zip` || bytes.length !== size || sha256(bytes) !== hash)
          yield `${file} is another one than listed`;
        if (secondsOf(artifacts.stat(`world_packs/${file}`)) !== mtime) yield `${file} has lost its time`;
      }
    },
  },
  "packs mirrored": {
    says: "The page's own packs are the same, byte for byte and in time",
    *check(artifacts) {
      const mirror = (path: string): string => `web/${path}`;
      for (const path of artifacts.files.filter((path) => path.startsWith("world_packs/")))
        if (!artifacts.bytes(path).equals(artifacts.bytes(mirror(path))))
          yield `${mirror(path)} differs from ${path}`;
      for (const { file, mtime } of Object.values(artifacts.packs)) {
        const path = mirror(`world_packs/${file}`);
        if (secondsOf(artifacts.stat(path)) !== mtime) yield `${path} has lost its time`;
      }
    },
  },
  "one map": {
    says: "A world's map is the same in the server's folder, in its index and in the pack",
    async *check(artifacts) {
      for (const [key, { mapSha256 }] of Object.entries(artifacts.worlds)) {
        const inPack = (await artifacts.unpack(key)).get("map.json") ?? "";
        if (sha256(artifacts.bytes(`server/worlds/${key}/map.json`)) !== mapSha256)
          yield `server/worlds/${key}/map.json is not the map of server/worlds.json`;
        if (sha256(inPack) !== mapSha256) yield `${key}.zip: map.json is not the map of server/worlds.json`;
      }
    },
  },
  "a pack holds its own world": {
    says: "Nothing in a pack but one world's map, pictures and sounds, from its own folder or the shared one",
    async *check(artifacts) {
      for (const key of Object.keys(artifacts.packs)) {
        const own = ownHashes(artifacts, key);
        const entries = await artifacts.unpack(key);
        const { key: said } = JSON.parse(Buffer.from(entries.get("world.json") ?? "{}").toString()) as {
          key?: string;
        };
        if (said !== key) yield `${key}.zip: world.json says it is ${said ?? "nothing"}`;
        for (const [path, bytes] of entries)
          if (fixed.includes(path)) continue;
          else if (!drawn.test(path)) yield `${key}.zip: ${path} is no part of a pack`;
          else if (!own.has(sha256(bytes))) yield `${key}.zip: ${path} is not from worlds/${key}`;
      }
    },
  },
  "a pack says nothing else": {
    says: "No text in a pack that is another world's, the client's or the server's",
    async *check(artifacts) {
      const names = Object.values(artifacts.worlds).map(({ name }) => name);
      for (const key of Object.keys(artifacts.packs))
        for (const [path, bytes] of await artifacts.unpack(key))
          if (/\.js(?:on)?$/.test(path) && path !== "LICENSES.json") {
            const text = Buffer.from(bytes).toString();
            for (const [source, phrase] of strangersInPack(text, key, names, artifacts.root))
              yield `${key}.zip: ${path} says ${JSON.stringify(phrase)}, as ${source} does`;
          }
    },
  },
} satisfies Record<string, Rule>;
