const allowed = /^[\p{L}\p{M}\p{Nd}_-]{1,20}$/u;
const reserved = new Set(["server", "master", "singleplayer"]);

export interface Name {
  /** As the player wrote it, in composed form. */
  readonly display: string;
  /** What must be unique: compatibility form, case folded. */
  readonly folded: string;
}

/** 1–20 letters, marks and digits of any script, `_` and `-`; a typed space becomes `_`. */
export function parseName(typed: string): Name | undefined {
  const display = typed.trim().normalize("NFC").replaceAll(" ", "_");
  const folded = fold(display);
  if (Array.from(display).length > 20 || !allowed.test(display) || !allowed.test(folded)) return undefined;
  if (folded.startsWith("guest-") || reserved.has(folded)) return undefined;
  return { display, folded };
}

/** Upper case first, so that ß meets SS; then letter by letter, so that a sigma is the same wherever it stands. */
function fold(name: string): string {
  const upper = name.normalize("NFKC").toUpperCase();
  return Array.from(upper, (letter) => letter.toLowerCase())
    .join("")
    .normalize("NFKC");
}
