/** UTF-8 by hand, because pure code has no host functions. For names, not for novels. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (const letter of text) {
    const point = letter.codePointAt(0) ?? 0;
    // Half a surrogate pair is no character; what stands for one is.
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(code >> 6), tail(code));
    else bytes.push(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
  }
  return Uint8Array.from(bytes);
}

const tail = (code: number): number => 0x80 | (code & 0x3f);

/** Bytes that make no character become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at++] ?? 0;
    const more =
      first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
    let code = more > 0 ? first & (0x3f >> more) : first;
    let read = 0;
    for (; read < more && ((bytes[at + read] ?? 0) & 0xc0) === 0x80; read++)
      code = (code << 6) | ((bytes[at + read] ?? 0) & 0x3f);
    at += read;
    text += isCharacter(code, more, read) ? String.fromCodePoint(code) : "\ufffd";
  }
  return text;
}

function isCharacter(code: number, more: number, read: number): boolean {
  const least = [0, 0x80, 0x800, 0x10000][more];
  return (
    least !== undefined &&
    read === more &&
    code >= least &&
    code <= 0x10ffff &&
    (code < 0xd800 || code > 0xdfff)
  );
}
