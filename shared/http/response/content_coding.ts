import { stemOf } from "../../read/cache_key.ts";
import type { Bytes, Entry } from "../../read/entry.ts";
import type { Reader } from "../../read/reader.ts";
import { parseRange } from "../request/negotiation.ts";

/** A body below this fits into one packet as it is. */
const SMALLEST_BYTES = 1_200;

/** Whether a caller takes gzip, and likes it no less than the plain form (RFC 9110, 12.5.3). */
export function likesGzip(accept_encoding: string | null): boolean {
  if (accept_encoding === null) return false;
  const codings = accept_encoding.split(",").map(parseRange);
  const [gzip, identity] = ["gzip", "identity"].map((name) => codings.find(({ type }) => type === name)?.quality ?? 0);
  return gzip !== undefined && identity !== undefined && gzip > 0 && gzip >= identity;
}

/** Compresses a kept answer behind the first that asked for it so; those after it find it in memory. */
export type CompressLater = (entry: Entry) => void;

export function createCompressor({ memory, waitUntil }: Pick<Reader, "memory" | "waitUntil">): CompressLater {
  const underway = new WeakSet<Entry>();

  async function compress(entry: Entry): Promise<void> {
    const stem = stemOf(entry.key);
    const gzip = await gzipOf(entry.body);
    // Not if it has left meanwhile, or a newer version came.
    if (memory.get(stem) === entry) memory.set(stem, { ...entry, gzip });
  }

  return (entry) => {
    if (entry.byte_count < SMALLEST_BYTES || underway.has(entry)) return;
    if (memory.get(stemOf(entry.key)) !== entry) return; // never kept: it would be compressed for nobody
    underway.add(entry);
    waitUntil(compress(entry));
  };
}

async function gzipOf(body: string): Promise<Bytes> {
  const compressed = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
}
