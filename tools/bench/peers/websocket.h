/* The little of RFC 6455 a server needs to be measured: the handshake, masked frames in, unmasked frames out. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t rotate(uint32_t value, int bits) { return value << bits | value >> (32 - bits); }

static void sha1(const uint8_t *text, size_t length, uint8_t digest[20]) {
  uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  uint8_t padded[192] = {0};
  size_t blocks = (length + 8) / 64 + 1;
  memcpy(padded, text, length);
  padded[length] = 0x80;
  for (int i = 0; i < 8; i++) padded[blocks * 64 - 1 - i] = (uint8_t)((uint64_t)length * 8 >> 8 * i);
  for (size_t block = 0; block < blocks; block++) {
    const uint8_t *from = padded + block * 64;
    uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 16; i++)
      w[i] = (uint32_t)from[4 * i] << 24 | from[4 * i + 1] << 16 | from[4 * i + 2] << 8 | from[4 * i + 3];
    for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; i++) {
      uint32_t f = i < 20 ? (b & c) | (~b & d) : i < 40 || i >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
      uint32_t k = i < 20 ? 0x5A827999 : i < 40 ? 0x6ED9EBA1 : i < 60 ? 0x8F1BBCDC : 0xCA62C1D6;
      uint32_t next = rotate(a, 5) + f + e + k + w[i];
      e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
  }
  for (int i = 0; i < 20; i++) digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

static void base64(const uint8_t *from, size_t length, char *to) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < length; i += 3) {
    uint32_t bits = from[i] << 16 | (i + 1 < length ? from[i + 1] << 8 : 0) | (i + 2 < length ? from[i + 2] : 0);
    *to++ = letters[bits >> 18];
    *to++ = letters[bits >> 12 & 63];
    *to++ = i + 1 < length ? letters[bits >> 6 & 63] : '=';
    *to++ = i + 2 < length ? letters[bits & 63] : '=';
  }
  *to = 0;
}

/* Writes the answer to a whole request into `answer` (256 bytes). Returns its length, 0 when the request is none. */
static int handshake(const char *request, char *answer) {
  const char *key = strcasestr(request, "sec-websocket-key:");
  char text[128], accept[32];
  uint8_t digest[20];
  if (!key) return 0;
  key += strspn(key + 18, " ") + 18;
  int length = (int)strcspn(key, "\r\n ");
  if (length > 64) return 0;
  length = sprintf(text, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", length, key);
  sha1((uint8_t *)text, length, digest);
  base64(digest, 20, accept);
  return sprintf(answer,
                 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: %s\r\n\r\n",
                 accept);
}

/* Room to leave in front of a payload. */
enum { most_head = 4 };

/* Puts the head of a binary frame in front of `payload` (up to 65535 bytes); returns where the frame begins. */
static uint8_t *frame(uint8_t *payload, size_t length) {
  uint8_t *head = payload - (length < 126 ? 2 : 4);
  head[0] = 0x82;
  head[1] = length < 126 ? length : 126;
  if (length >= 126) head[2] = length >> 8, head[3] = length & 255;
  return head;
}

/* Unmasks the frame of up to 125 bytes at `bytes`. Returns its whole length, 0 when it is not all there, −1 when it
   cannot be read. */
static int unframe(uint8_t *bytes, int have, int *opcode, uint8_t **payload, int *length) {
  if (have < 2) return 0;
  *opcode = bytes[0] & 15;
  *length = bytes[1] & 127;
  if (*length > 125 || !(bytes[1] & 128)) return -1;
  if (have < 6 + *length) return 0;
  *payload = bytes + 6;
  for (int i = 0; i < *length; i++) (*payload)[i] ^= bytes[2 + (i & 3)];
  return 6 + *length;
}
