import { pack, unpack } from "../kernel/packed_bytes.ts";

/**
 * No cursor of a view is longer. A cursor holds the values of the view's key, and an index takes entries of at most
 * 2,704 bytes, after PostgreSQL's compression; a cursor is compressed too, at worst to 1.5 times that, and base64 adds
 * a third. A URL of this length passes every gateway on the way (8 KB).
 */
export const LONGEST_CURSOR = 6_000;

/** Longest cursor that is not compressed. A compressed one begins with `z`, which no uncompressed one begins with. */
const LONGEST_PLAIN = 1_600;
const PACKED = "z";
const MOST_BYTES = 200_000;

/**
 * Encodes values as URL-safe text: base64url of their JSON, compressed if long. Each list of values has one encoding.
 */
export function encode(values: readonly unknown[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(values));
  const plain = toBase64Url(bytes);
  return plain.length <= LONGEST_PLAIN ? plain : PACKED + toBase64Url(pack(bytes));
}

/** The values that encode() was given; undefined for a text that it did not write. */
export function decode(cursor: string): unknown {
  try {
    const is_packed = cursor.startsWith(PACKED);
    const bytes = fromBase64Url(is_packed ? cursor.slice(PACKED.length) : cursor);
    const unpacked = is_packed ? unpack(bytes, MOST_BYTES) : bytes;
    return unpacked === null ? undefined : JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(unpacked));
  } catch {
    return undefined;
  }
}

function toBase64Url(bytes: Uint8Array): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
