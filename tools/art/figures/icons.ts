import { faded, hex, mix, ramp } from "#tools/art/kit/color.ts";
import { clouds, hash } from "#tools/art/kit/luck.ts";
import { Picture } from "#tools/art/kit/picture.ts";
import { gate, gateLight } from "./portal.ts";

/** The app's icon: a gate at night, its light in the four colours of the worlds. */
export function appIcon(size: number, isMaskable: boolean): Picture {
  // A mask may cut all but the middle four fifths, so there the gate stands further back.
  const art = isMaskable ? 171 : 128;
  const corner = isMaskable ? 0 : 24;
  const small = new Picture(art, art).paint((x, y) =>
    isInside(x, y, art, corner) ? sky(x, y, art) : undefined,
  );
  const stone = ramp("2b2030 4a363c 735a52 a08468 cbb088 efdcae");
  const jewel = ramp("6a2a10 b85a1c f0a040 ffe08a fff8d8");
  const left = Math.floor((art - 96) / 2);
  const top = Math.floor((art - 112) / 2) - 2;
  small.draw(gate(3, stone, jewel), left, top).draw(coloured(gateLight().cut(0, 0, 96, 112)), left, top);
  return scaled(small, size, isMaskable ? 3 : size / art);
}

/** Each pixel the mean of four points, so that a scale of one and a half stays even. */
function scaled(picture: Picture, size: number, scale: number): Picture {
  return new Picture(size, size).paint((x, y) => {
    const at = (dx: number, dy: number): number =>
      picture.get(Math.floor((x + dx) / scale), Math.floor((y + dy) / scale));
    return mix(mix(at(0.25, 0.25), at(0.75, 0.25), 0.5), mix(at(0.25, 0.75), at(0.75, 0.75), 0.5), 0.5);
  });
}

function isInside(x: number, y: number, side: number, corner: number): boolean {
  const dx = Math.max(corner - x - 0.5, x + 0.5 - side + corner, 0);
  const dy = Math.max(corner - y - 0.5, y + 0.5 - side + corner, 0);
  return Math.hypot(dx, dy) <= corner;
}

function sky(x: number, y: number, side: number): number {
  const ground = Math.floor(side * 0.78);
  if (y > ground) return mix(hex("1c3a34"), hex("0e1f22"), (y - ground) / (side - ground));
  const night = Math.floor((y / ground + (clouds(4, x, y, 30) - 0.5) * 0.3) * 8) / 8;
  return hash(6, x, y) > 0.994 ? hex("fff3d6") : mix(hex("151230"), hex("4a2c6a"), Math.max(0, night));
}

function coloured(light: Picture): Picture {
  const four = ["5f9bf2", "b76cf2", "f2556a", "45d98a"].map(hex);
  return light.paint((x, y) => {
    const color = light.get(x, y);
    if ((color & 255) === 0) return undefined;
    const at = ((Math.atan2(y - 54, x - 48) / (2 * Math.PI) + 1.125) % 1) * 4;
    const from = four[Math.floor(at) % 4] ?? color;
    const tint = mix(from, four[(Math.floor(at) + 1) % 4] ?? from, at - Math.floor(at));
    const bright = (color >>> 24) / 255;
    light.set(x, y, 0);
    return faded(
      bright > 0.85
        ? mix(tint, hex("ffffff"), 0.55)
        : mix(hex("1a1030"), tint, bright * 1.1 > 1 ? 1 : bright * 1.1),
      (color & 255) / 255,
    );
  });
}
