import type { Bytes } from "../read/entry.ts";

/** The remainders of all bytes, for the polynomial of gzip (RFC 1952, 8). */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = (remainder & 1) === 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  }
  return remainder;
});

/**
 * The CRC-32 of what came before, whose CRC-32 is given, and of these bytes. Ours, because `crc32` of node:zlib does not
 * work in every Deno that runs this: it is broken in 2.9.
 */
export function crc32(bytes: Bytes, before = 0): number {
  let remainder = ~before;
  for (let index = 0; index < bytes.length; index += 1) {
    remainder = (TABLE[(remainder ^ (bytes[index] ?? 0)) & 0xff] ?? 0) ^ (remainder >>> 8);
  }
  return ~remainder >>> 0;
}
