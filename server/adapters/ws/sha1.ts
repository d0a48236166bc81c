const blockBytes = 64;
const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

/**
 * SHA-1, for the one thing that still asks for it: a WebSocket's handshake. There it guards nothing, and Node's
 * own would be all that a starting world loads `crypto` for, which costs it a tenth of its time and memory.
 */
export function sha1(text: string): Buffer {
  const blocks = Math.ceil((text.length + 9) / blockBytes);
  const message = Buffer.alloc(blocks * blockBytes);
  message.write(text, "latin1");
  message[text.length] = 0x80;
  message.writeUInt32BE(text.length * 8, message.length - 4);
  const sum = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  for (let at = 0; at < message.length; at += blockBytes) addBlock(sum, message, at);
  const digest = Buffer.alloc(20);
  sum.forEach((word, index) => digest.writeInt32BE(word, index * 4));
  return digest;
}

function addBlock(sum: Int32Array, message: Buffer, at: number): void {
  const words = new Int32Array(80);
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = sum;
  for (let round = 0; round < 80; round++) {
    words[round] =
      round < 16
        ? message.readInt32BE(at + round * 4)
        : rotate(
            wordAt(words, round - 3) ^
              wordAt(words, round - 8) ^
              wordAt(words, round - 14) ^
              wordAt(words, round - 16),
            1,
          );
    const next = (rotate(a, 5) + mix(round, b, c, d) + e + wordAt(words, round)) | 0;
    [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
  }
  [a, b, c, d, e].forEach((word, index) => (sum[index] = wordAt(sum, index) + word));
}

const wordAt = (words: Int32Array, index: number): number => words[index] as number;

function mix(round: number, b: number, c: number, d: number): number {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}
