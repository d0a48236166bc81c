import { Container, Sprite, type Texture } from "pixi.js";
import type { MapPortal, WorldMap } from "#shared/world-map.ts";
import { sketch, tinted, type Art } from "./art.ts";
import type { Moment } from "./renderer.ts";

/** The portal's centre within a frame of its pictures; see worlds/README.md. */
const frame = { w: 96, h: 112, x: 48, y: 96 } as const;
const framesPerSecond = 8;
const motes = 7;

interface Gate {
  readonly portal: MapPortal;
  readonly light: Sprite;
  readonly frames: readonly Texture[];
  readonly motes: readonly Sprite[];
}

/** The gates of a world, with moving light in each one's colour. */
export class Portals {
  readonly #gates: Gate[];

  constructor(map: WorldMap, art: Art, actors: Container, above: Container) {
    const gate = art.picture("sprites/portal.png");
    const gateTexture = gate && art.texture(gate);
    const glow = art.picture("sprites/portal-glow.png");
    this.#gates = Object.values(map.portals).map((portal) => {
      const frames = glow ? art.frames(tinted(glow, portal.color), frame.w, frame.h) : [];
      const group = new Container();
      group.position.set(portal.x - frame.x, portal.y - frame.y);
      group.zIndex = portal.y - 8;
      if (gateTexture) group.addChild(new Sprite(gateTexture));
      const light = new Sprite(frames[0]);
      group.addChild(light);
      actors.addChild(group);
      return { portal, light, frames, motes: moteSprites(portal, above, art) };
    });
  }

  update(moment: Moment, isRich: boolean): void {
    const beat = moment.isCalm ? 0 : Math.floor((moment.now / 1000) * framesPerSecond);
    for (const gate of this.#gates) {
      const texture = gate.frames[beat % Math.max(1, gate.frames.length)];
      if (texture && gate.light.texture !== texture) gate.light.texture = texture;
      for (const [i, mote] of gate.motes.entries()) moveMote(mote, gate.portal, i, moment, isRich);
    }
  }
}

function moteSprites(portal: MapPortal, above: Container, art: Art): Sprite[] {
  const { canvas, context } = sketch(2, 2);
  context.fillStyle = portal.color;
  context.fillRect(0, 0, 2, 2);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, 1, 1);
  const texture = art.texture(canvas);
  return Array.from({ length: motes }, () => above.addChild(new Sprite(texture)));
}

/** Specks of light that rise from a portal's foot, each on its own beat. */
function moveMote(mote: Sprite, portal: MapPortal, i: number, moment: Moment, isRich: boolean): void {
  mote.visible = isRich && !moment.isCalm;
  if (!mote.visible) return;
  const age = (moment.now / 2600 + i / motes) % 1;
  const sway = Math.sin(moment.now / 700 + i * 2.4) * 5;
  mote.position.set(
    Math.round(portal.x + (i - (motes - 1) / 2) * 9 + sway),
    Math.round(portal.y + 8 - age * 92),
  );
  mote.alpha = Math.sin(age * Math.PI);
}
