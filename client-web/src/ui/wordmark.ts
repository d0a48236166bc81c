/** The name in blocks; between P and R turns the portal that stands for its O. */
const letters = {
  P: [
    "#######.",
    "########",
    "##....##",
    "##....##",
    "########",
    "#######.",
    "##......",
    "##......",
    "##......",
    "##......",
  ],
  R: [
    "#######.",
    "########",
    "##....##",
    "##....##",
    "########",
    "#######.",
    "##.##...",
    "##..##..",
    "##...##.",
    "##....##",
  ],
  T: [
    "########",
    "########",
    "...##...",
    "...##...",
    "...##...",
    "...##...",
    "...##...",
    "...##...",
    "...##...",
    "...##...",
  ],
  C: [
    ".######.",
    "########",
    "##....##",
    "##......",
    "##......",
    "##......",
    "##......",
    "##....##",
    "########",
    ".######.",
  ],
  A: [
    "..####..",
    ".######.",
    "##....##",
    "##....##",
    "##....##",
    "########",
    "########",
    "##....##",
    "##....##",
    "##....##",
  ],
  D: [
    "######..",
    "#######.",
    "##...###",
    "##....##",
    "##....##",
    "##....##",
    "##....##",
    "##...###",
    "#######.",
    "######..",
  ],
  E: [
    "########",
    "########",
    "##......",
    "##......",
    "######..",
    "######..",
    "##......",
    "##......",
    "########",
    "########",
  ],
} as const;

const block = 2;
const advance = 9 * block;
const ring = 32;
const ringTop = 0;
const letterTop = 6;

export const wordmarkSize = { w: 7 * advance + ring + 4, h: 38 } as const;

const rows = [
  "#ffffff",
  "#ffffff",
  "#f4eeff",
  "#f4eeff",
  "#ddd0ff",
  "#ddd0ff",
  "#bfa8fb",
  "#bfa8fb",
  "#9c7df0",
  "#9c7df0",
] as const;
const depth = ["#3f2a86", "#3f2a86", "#251857"] as const;

/** The four worlds' colours, dark to light within each. */
const whirl = [
  ["#0f6b4a", "#23b877", "#a8f5cd"],
  ["#1c3fa8", "#3d7bff", "#b5d0ff"],
  ["#8f1d3f", "#f04a5e", "#ffc0bd"],
  ["#5a229e", "#a855f7", "#e4c4ff"],
] as const;

/** Draws the whole name; `beat` turns the portal. */
export function drawWordmark(context: CanvasRenderingContext2D, beat: number): void {
  context.clearRect(0, 0, wordmarkSize.w, wordmarkSize.h);
  drawLetter(context, "P", 0);
  drawPortal(context, advance, beat);
  for (const [i, letter] of (["R", "T", "C", "A", "D", "E"] as const).entries())
    drawLetter(context, letter, advance + ring + 4 + i * advance);
}

function drawLetter(context: CanvasRenderingContext2D, letter: keyof typeof letters, left: number): void {
  const fill = (color: string, row: number, column: number, down: number): void => {
    context.fillStyle = color;
    context.fillRect(left + column * block, letterTop + row * block + down, block, block);
  };
  const each = (paint: (row: number, column: number) => void): void => {
    for (const [row, line] of letters[letter].entries())
      for (let column = 0; column < line.length; column++) if (line[column] === "#") paint(row, column);
  };
  for (const [i, color] of depth.entries())
    each((row, column) => fill(color, row, column, depth.length - i + 1));
  each((row, column) => fill(rows[row] ?? rows[0], row, column, 0));
}

/** A ring of stone around a whirl of four colours, pixel by pixel. */
function drawPortal(context: CanvasRenderingContext2D, left: number, beat: number): void {
  const middle = (ring - 1) / 2;
  for (let y = 0; y < ring; y++)
    for (let x = 0; x < ring; x++) {
      const away = Math.hypot(x - middle, y - middle) / (ring / 2);
      const turn = Math.atan2(y - middle, x - middle) / (2 * Math.PI) + 0.5;
      const color = pixel(away, turn, beat);
      if (color === undefined) continue;
      context.fillStyle = color;
      context.fillRect(left + x, ringTop + y, 1, 1);
    }
}

/**
 * @param away 0 in the middle, 1 at the rim
 * @param turn 0 to 1, clockwise from the left
 */
function pixel(away: number, turn: number, beat: number): string | undefined {
  if (away > 1) return undefined;
  if (away > 0.93) return "#3b2a80";
  if (away > 0.77) return turn > 0.05 && turn < 0.55 ? "#ffffff" : "#a48be6";
  if (away > 0.7) return "#1d1442";
  const glow = away + Math.sin(beat * 0.5) * 0.02;
  if (glow < 0.13) return "#ffffff";
  const arm = (((turn * 4 + away * 2.6 - beat * 0.12) % 4) + 4) % 4;
  const across = arm % 1;
  const [dark, mid, light] = whirl[Math.floor(arm)] ?? whirl[0];
  if (glow < 0.24) return light;
  if (across < 0.22) return "#1d1442";
  if (across < 0.5) return dark;
  return across < 0.82 ? mid : light;
}
