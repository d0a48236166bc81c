import { entityKinds, type Looks } from "#shared/protocol/snapshot-layout.ts";
import { encodeUtf8 } from "#shared/protocol/utf8.ts";

const mostBytes = 255;

/** Looks as they go on the wire (snapshot-layout.ts). */
export function encodeLooks({ kind, name, guest, sprite }: Looks): Uint8Array {
  const [nameBytes, spriteBytes] = [encodeUtf8(name), encodeUtf8(sprite)];
  if (nameBytes.length > mostBytes || spriteBytes.length > mostBytes)
    throw new RangeError("a name or a sprite has more than 255 bytes");
  const bytes = new Uint8Array(4 + nameBytes.length + spriteBytes.length);
  bytes[0] = entityKinds.indexOf(kind);
  bytes[1] = guest ? 1 : 0;
  bytes[2] = nameBytes.length;
  bytes.set(nameBytes, 3);
  bytes[3 + nameBytes.length] = spriteBytes.length;
  bytes.set(spriteBytes, 4 + nameBytes.length);
  return bytes;
}
