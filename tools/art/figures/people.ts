import { hex, pick, ramp, shade } from "#tools/art/kit/color.ts";
import type { Color, Ramp } from "#tools/art/kit/color.ts";
import { character } from "./character.ts";
import type { Pose } from "./character.ts";
import type { Picture } from "#tools/art/kit/picture.ts";

const fair = ramp("a8604e d98f6c f3bd91 ffdcb5");
const tan = ramp("7c4432 ae6a45 d79a67 f2c48e");
const deep = ramp("4a2a26 70432f 9a6341 c48a5c");
const black = ramp("14121c 232031 38354b 57546e");
const ink = hex("1a1020");
const gold = hex("ffd36b");

/** A brim with a crown above it. */
function cap(person: Picture, { side }: Pose, y: number, cloth: Ramp, brim: Color): void {
  person.ellipse(16, 10 + y, 12, 7, (u, v, px, py) =>
    py > 12 + y ? undefined : shade(cloth, 0.68 - u * 0.26 - v * 0.26, px, py, 0.3),
  );
  person.rect(5, 12 + y, 22, 2, pick(cloth, 0));
  if (side === "front") person.rect(8, 14 + y, 16, 2, brim).rect(9, 14 + y, 14, 1, hex("5a5d78"));
  if (side === "side") person.rect(2, 14 + y, 11, 2, brim).rect(3, 14 + y, 9, 1, hex("5a5d78"));
}

/** A traveller in cream and teal with a bright scarf: everybody's own. */
export const player = (): Picture =>
  character({
    skin: fair,
    hair: ramp("38201c 5c3424 8a5230 b97a42"),
    coat: ramp("8f7a6a c4ab8c e8d6b0 fff3d4"),
    sleeve: ramp("8f7a6a c4ab8c e8d6b0 fff3d4"),
    trousers: ramp("26304a 364768 4d6489 6a86a8"),
    boots: ramp("33201e 54332a 7d4f38 a8744c"),
    cape: ramp("0f3a44 14565c 1f7d78 3aa994"),
    ink,
    dress(person, { side }, y) {
      const red = ramp("9c2f2c d5503a f58a4c ffc27a");
      person.area(9, 25 + y, 14, 4, (px, py) =>
        shade(red, 0.8 - (px - 9) * 0.04 - (py - 25 - y) * 0.14, px, py, 0.4),
      );
      if (side === "front")
        person.area(18, 29 + y, 4, 6, (px, py) => shade(red, 0.7 - (py - 29 - y) * 0.08, px, py, 0.4));
      person.rect(10, 36, 12, 1, hex("6b4630")).rect(15, 36, 2, 1, gold);
    },
  });

/** Green waistcoat, bow tie, and a visor that glows. */
export const arcadeHost = (): Picture =>
  character({
    skin: tan,
    hair: black,
    coat: ramp("0b4a37 12744f 1fa56d 5fdd9a"),
    sleeve: ramp("9a93a8 c6c2d0 e9e6ee ffffff"),
    trousers: ramp("1b1a2b 2b2a41 403f5c 5d5c7d"),
    boots: black,
    ink,
    dress(person, { side }, y) {
      if (side !== "front") return;
      person.area(14, 26 + y, 4, 9, (px, py) =>
        shade(ramp("c6c2d0 ffffff"), 0.9 - (py - 26 - y) * 0.08, px, py, 0.3),
      );
      person.text(12, 27 + y, ["##..##", "######", "##..##"], { "#": hex("ff4f74") });
      person.rect(12, 36, 1, 1, gold).rect(19, 36, 1, 1, gold);
    },
    hat(person, { side }, y) {
      const band = hex("123a34");
      if (side === "back") return void person.rect(6, 13 + y, 20, 2, band);
      const left = side === "front" ? 7 : 4;
      const width = side === "front" ? 18 : 15;
      person.rect(left, 12 + y, width, 2, band);
      person.area(left, 14 + y, side === "front" ? width : 9, 3, (px, py) =>
        shade(ramp("1fa56d 5fdd9a c8ffe0"), 1 - (px - left) * 0.05 - (py - 14 - y) * 0.1, px, py, 0.5),
      );
    },
  });

/** Pea coat with gold buttons, captain's cap, a white beard. */
export const blueQuartermaster = (): Picture =>
  character({
    skin: fair,
    hair: ramp("8c94a8 b4bccb d8dee8 ffffff"),
    coat: ramp("142a63 1f4496 2f68cf 5f9bf2"),
    sleeve: ramp("142a63 1f4496 2f68cf 5f9bf2"),
    trousers: ramp("1b2036 2a3150 3d4769 586486"),
    boots: black,
    ink,
    dress(person, { side }, y) {
      if (side !== "front") return;
      person.rect(15, 27 + y, 1, 12, hex("10204d"));
      for (const row of [29, 32, 35]) person.rect(13, row + y, 1, 1, gold).rect(18, row + y, 1, 1, gold);
    },
    hat(person, pose, y) {
      const beard = ramp("a4adbf d8dee8 ffffff");
      if (pose.side === "front")
        person.ellipse(16, 23 + y, 9, 6, (u, v, px, py) =>
          v < -0.15 || (v < 0.3 && Math.abs(u) < 0.24)
            ? undefined
            : shade(beard, 0.8 - u * 0.2 - v * 0.3, px, py, 0.4),
        );
      if (pose.side === "side")
        person.ellipse(10, 24 + y, 5, 5, (u, v, px, py) =>
          v < -0.4 && u < 0.2 ? undefined : shade(beard, 0.8 - u * 0.2 - v * 0.3, px, py, 0.4),
        );
      cap(person, pose, y, ramp("0f1e4a 1b3880 2f5cb8 e8eefc"), hex("10142a"));
      if (pose.side === "front") person.rect(15, 9 + y, 2, 3, gold);
    },
  });

/** Red overalls, goggles up on ginger hair. */
export const redMechanic = (): Picture =>
  character({
    skin: deep,
    hair: ramp("4a1a16 8a2f1c c8552a f08a3c"),
    coat: ramp("6a1420 a3222c d83a3a ff7a62"),
    sleeve: ramp("5a5a66 85868f b0b2b8 d9dade"),
    trousers: ramp("5a101c 8a1c28 b83034 dc5548"),
    boots: ramp("2a211e 463630 6a5244 927058"),
    ink,
    dress(person, { side }, y) {
      const shirt = ramp("85868f b0b2b8 d9dade");
      if (side === "front") {
        person.area(10, 25 + y, 12, 4, (px, py) =>
          px === 12 || px === 19 ? undefined : shade(shirt, 0.7, px, py, 0.4),
        );
        person
          .rect(12, 29 + y, 1, 1, gold)
          .rect(19, 29 + y, 1, 1, gold)
          .rect(13, 33 + y, 6, 3, hex("8a1c28"));
      }
      person.rect(10, 37, 12, 1, hex("3a2620"));
    },
    hat(person, { side }, y) {
      person.rect(5, 10 + y, 22, 2, hex("3a2620"));
      const lens = ramp("1f6a8a 53b7cf c9f6ff");
      for (const x of side === "front" ? [11, 21] : side === "side" ? [9] : []) {
        person.ellipse(x, 11 + y, 4, 4, hex("6a5244"));
        person.ellipse(x, 11 + y, 3, 3, (u, v, px, py) => shade(lens, 0.6 - u * 0.4 - v * 0.4, px, py, 0.4));
      }
    },
  });

/** A violet tailcoat, silver hair to the shoulders, a baton. */
export const violetComposer = (): Picture =>
  character({
    skin: fair,
    hair: ramp("6a5f8c 9a90b8 cbc3df f6f0ff"),
    coat: ramp("3a1462 5c2396 8a3fd0 bb7bf5"),
    sleeve: ramp("3a1462 5c2396 8a3fd0 bb7bf5"),
    trousers: ramp("241a36 382a52 524072 74619a"),
    boots: black,
    cape: ramp("2c0f4c 4a1c78 6c2fa8 9a5ad8"),
    ink,
    dress(person, { side }, y) {
      if (side === "front") {
        person.text(12, 26 + y, ["########", ".######.", "..####..", "..####..", "...##...", "...##..."], {
          "#": hex("f6f0ff"),
        });
        person.rect(15, 30 + y, 2, 1, hex("c8a2ff"));
      }
      if (side !== "back")
        person.line(side === "front" ? 26 : 9, 35 + y, side === "front" ? 30 : 4, 27 + y, hex("fff6dc"));
    },
    hat(person, { side }, y) {
      const hair = ramp("6a5f8c 9a90b8 cbc3df f6f0ff");
      const locks = side === "front" ? [5, 23] : side === "side" ? [20] : [6, 11, 16, 21];
      for (const x of locks)
        person.area(x, 19 + y, 5, 9, (px, py) =>
          py > 26 + y && px !== x + 2
            ? undefined
            : shade(hair, 0.8 - (px - x) * 0.12 - (py - 19 - y) * 0.03, px, py, 0.5),
        );
    },
  });
