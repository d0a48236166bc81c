const lettersMost = 28;
const linesMost = 6;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Breaks a sentence into lines of about thirty letters. */
export function wrap(text: string): string {
  return text.replace(/(.{1,30})(?:\s+|$)/g, "$1\n").trimEnd();
}

/** What a bubble has room for: six lines of 28 letters, words broken where they must be, an ellipsis for the rest. */
export function clip(text: string): string {
  const lines: string[][] = [];
  for (const word of text.trim().split(/\s+/)) {
    const letters = Array.from(graphemes.segment(word), ({ segment }) => segment);
    const line = lines.at(-1);
    if (line && line.length + 1 + letters.length <= lettersMost) line.push(" ", ...letters);
    else while (letters.length > 0) lines.push(letters.splice(0, lettersMost));
  }
  const shown = lines.slice(0, linesMost);
  if (lines.length > linesMost)
    shown[linesMost - 1] = [...(shown.at(-1) ?? []).slice(0, lettersMost - 1), "…"];
  return shown.map((line) => line.join("")).join("\n");
}
