/** Anything that could break a line, hide, or turn the writing direction around. */
const unsafe = /[\p{C}\p{Zl}\p{Zp}]/gu;
/** Most texts are addresses and words of ours: plain ASCII is seen at a glance. */
const plain = /^[ -~]{0,256}$/;

/** Text that a peer may have influenced, as it may stand in a log: one line, visible, bounded. */
export function escape(text: string): string {
  if (plain.test(text)) return text;
  return visible(text.length > 256 ? `${text.slice(0, 256)}…` : text);
}

/** The same without a bound; what was JSON still is, and means the same. */
export function visible(text: string): string {
  return text.replaceAll(unsafe, (char) =>
    Array.from(
      { length: char.length },
      (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

export type Value = string | number | boolean | undefined;
export type Fields = Readonly<Record<string, Value>>;

/** `NAME key=value key=value`, as VirtuCade writes it: no spaces within a value, absent ones left out. */
export function markerLine(name: string, fields: Fields): string {
  const parts = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escape(String(value)).replaceAll(/\s/g, "_")}`],
  );
  return [name, ...parts].join(" ");
}
