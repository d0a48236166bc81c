import { hex, ramp } from "./kit/color.ts";
import { hub } from "./worlds/hub.ts";
import { crab, crabHiding } from "./figures/crab.ts";
import { leftWorld } from "./worlds/left-world.ts";
import { arcadeHost, blueQuartermaster, player, redMechanic, violetComposer } from "./figures/people.ts";
import type { Picture } from "./kit/picture.ts";
import { encodePng } from "./kit/png.ts";
import { gate, gateLight } from "./figures/portal.ts";
import { rightWorld } from "./worlds/right-world.ts";
import { layOut, paintingTileset, propTileset, sheetPicture } from "./kit/sheet.ts";
import { topWorld } from "./worlds/top-world.ts";
import { appIcon } from "./figures/icons.ts";
import type { WorldArt } from "./worlds/world-art.ts";

export const worldArt: readonly WorldArt[] = [hub, leftWorld, rightWorld, topWorld];

/** Everything drawn for the game: each file's bytes by its path in the repository. */
export function artwork(): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const picture = (path: string, drawn: Picture): unknown => files.set(path, encodePng(drawn));
  const json = (path: string, value: object): unknown =>
    files.set(path, Buffer.from(`${JSON.stringify(value, null, 1)}\n`));
  for (const { key, painting, props } of worldArt) {
    const painted = painting();
    picture(`worlds/${key}/tiles/ground.png`, painted);
    json(`worlds/${key}/tiles/ground.tsj`, paintingTileset("ground", painted));
    const slots = layOut(props());
    picture(`worlds/${key}/tiles/props.png`, sheetPicture(slots));
    json(`worlds/${key}/tiles/props.tsj`, propTileset("props", slots));
  }
  for (const [path, drawn] of Object.entries(sprites())) picture(`worlds/${path}.png`, drawn);
  const icons = "client-web/public/icons";
  for (const size of [192, 512]) picture(`${icons}/icon-${size}.png`, appIcon(size, false));
  picture(`${icons}/icon-maskable.png`, appIcon(512, true));
  return files;
}

function sprites(): Record<string, Picture> {
  return {
    "_shared/sprites/player": player(),
    "_shared/sprites/portal-glow": gateLight(),
    "hub/sprites/arcade-host": arcadeHost(),
    "left_world/sprites/blue-quartermaster": blueQuartermaster(),
    "left_world/sprites/crab": crab(),
    "left_world/sprites/crab-hiding": crabHiding(),
    "right_world/sprites/red-mechanic": redMechanic(),
    "top_world/sprites/violet-composer": violetComposer(),
    "hub/sprites/portal": gate(
      3,
      ramp("2b2030 4a363c 735a52 a08468 cbb088 efdcae"),
      ramp("6a2a10 b85a1c f0a040 ffe08a fff8d8"),
    ),
    "left_world/sprites/portal": gate(
      5,
      ramp("152540 243f63 3c668c 6595b4 9cc4d6 dff2f2"),
      ramp("0c5a78 1e93a8 5cd6d6 b8fff0 ffffff"),
      hex("0c1426"),
    ),
    "right_world/sprites/portal": gate(
      7,
      ramp("1e1518 38262a 5c3c3a 85574a b57c5c e2ac7c"),
      ramp("7a1408 c8340c ff7a1c ffc84c fff4c0"),
      hex("160c10"),
    ),
    "top_world/sprites/portal": gate(
      9,
      ramp("43335f 6c588e 9c86bb c6b3dc e6d9f2 ffffff"),
      ramp("5c1a78 a03cc0 e07cf0 ffc0ff ffffff"),
      hex("1c1230"),
    ),
  };
}
