import type { Bytes } from "../read/entry.ts";

// A gzip file of one member (RFC 1952), made in parts by calls that know nothing of each other but a checksum. Each part is
// deflate without its end (RFC 1951): it ends at a byte's boundary and refers to nothing before it, so that parts can be put
// one behind the other. More members would do as well for gunzip, but browsers read the first one only.

/** Without a name and a time: the same rows are the same bytes. */
export const GZIP_HEADER: Bytes = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** A last block, which is empty. */
const END = [3, 0];

/** The text of a part. */
export async function inflatePart(part: Bytes): Promise<Bytes> {
  const whole = new Blob([part, Uint8Array.from(END)]).stream();
  return new Uint8Array(await new Response(whole.pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer());
}

/** What follows the last part: the end of the deflate, the CRC-32 of the whole text, and its length modulo 2^32. */
export function gzipTrailer(text: { readonly crc32: number; readonly byte_count: number }): Bytes {
  const trailer = new Uint8Array(END.length + 8);
  trailer.set(END);
  const numbers = new DataView(trailer.buffer, END.length);
  numbers.setUint32(0, text.crc32, true);
  numbers.setUint32(4, text.byte_count % 2 ** 32, true);
  return trailer;
}
