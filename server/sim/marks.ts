/** A memory is whatever an earlier launch said, and that may have been a lie. */
export function stepsIn(text: string): number {
  try {
    const { steps } = JSON.parse(text) as { steps?: unknown };
    return typeof steps === "number" ? steps : 0;
  } catch {
    return 0;
  }
}

/** Where an avatar stands tells whose it is: a save that reaches somebody else's account shows. */
export function nameMark(name: string): number {
  let mark = 7;
  for (const letter of name) mark = (mark * 31 + letter.charCodeAt(0)) % 100_003;
  return 1_000 + mark;
}
