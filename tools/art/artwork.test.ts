import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { artwork, worldArt } from "./artwork.ts";
import { decodePng, encodePng } from "./kit/png.ts";
import { Picture } from "./kit/picture.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const drawn = artwork();

test("drawing everything again gives the files that are kept, to the byte", () => {
  for (const [path, bytes] of drawn) expect(readFileSync(join(root, path)).equals(bytes), path).toBe(true);
});

test("every picture that is kept is drawn by the repository", () => {
  const kept = ["worlds", "client-web/public/icons"].flatMap((dir) =>
    readdirSync(join(root, dir), { recursive: true, encoding: "utf8" }).map(
      (name) => `${dir}/${name.replaceAll("\\", "/")}`,
    ),
  );
  expect(kept.filter((path) => path.endsWith(".png")).filter((path) => !drawn.has(path))).toEqual([]);
});

test.for([
  ["worlds/_shared/sprites/player.png", 96, 192],
  ["worlds/hub/sprites/arcade-host.png", 96, 192],
  ["worlds/left_world/sprites/blue-quartermaster.png", 96, 192],
  ["worlds/left_world/sprites/crab.png", 96, 192],
  ["worlds/left_world/sprites/crab-hiding.png", 96, 192],
  ["worlds/right_world/sprites/red-mechanic.png", 96, 192],
  ["worlds/top_world/sprites/violet-composer.png", 96, 192],
  ["worlds/hub/sprites/portal.png", 96, 112],
  ["worlds/_shared/sprites/portal-glow.png", 768, 112],
  ["client-web/public/icons/icon-192.png", 192, 192],
  ["client-web/public/icons/icon-512.png", 512, 512],
  ["client-web/public/icons/icon-maskable.png", 512, 512],
] as const)("%s has the size that is promised", ([path, width, height]) => {
  const picture = decodePng(drawn.get(path) ?? new Uint8Array());
  expect([picture.width, picture.height]).toEqual([width, height]);
});

test("a walk has three different frames in each of four directions", () => {
  const player = decodePng(drawn.get("worlds/_shared/sprites/player.png") ?? new Uint8Array());
  const frames = new Set<string>();
  for (let row = 0; row < 4; row++)
    for (let column = 0; column < 3; column++)
      frames.add(player.cut(column * 32, row * 48, 32, 48).pixels.join());
  expect(frames.size).toBe(12);
});

test("no two worlds share a colour of their own", () => {
  expect(new Set(worldArt.map(({ accent }) => accent)).size).toBe(4);
  expect(new Set(worldArt.map(({ backdrop }) => backdrop)).size).toBe(4);
});

test("a picture survives being written and read", () => {
  const picture = new Picture(5, 3).paint((x, y) => ((x * 50) << 24) | ((y * 80) << 16) | 0x2aff);
  expect(decodePng(encodePng(picture)).pixels).toEqual(picture.pixels);
});
