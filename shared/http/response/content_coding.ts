import { stemOf } from "../../read/cache_key.ts";
import type { Bytes, Entry } from "../../read/entry.ts";
import type { Reader } from "../../read/reader.ts";
import { parseRange } from "../request/negotiation.ts";

/** A smaller body fits into one packet uncompressed. */
const SMALLEST_BYTES = 1_200;

const GZIP = /(?:^|,)\s*gzip\s*(?:,|$)/i;

/** Whether a caller accepts gzip, and prefers it at least as much as the plain form (RFC 9110, 12.5.3). */
export function likesGzip(accept_encoding: string | null): boolean {
  if (accept_encoding === null) return false;
  // Without qualities, as browsers send it, all listed codings are liked equally.
  if (!accept_encoding.includes(";")) return GZIP.test(accept_encoding);
  const codings = accept_encoding.split(",").map(parseRange);
  const [gzip, identity] = ["gzip", "identity"].map((name) => codings.find(({ type }) => type === name)?.quality ?? 0);
  return gzip !== undefined && identity !== undefined && gzip > 0 && gzip >= identity;
}

/** Compresses a kept answer after the first request for gzip; later requests find it in memory. */
export type CompressLater = (entry: Entry) => void;

export function createCompressor({ memory, waitUntil }: Pick<Reader, "memory" | "waitUntil">): CompressLater {
  const underway = new WeakSet<Entry>();

  async function compress(entry: Entry): Promise<void> {
    const stem = stemOf(entry.key);
    const gzip = await gzipOf(entry.body);
    // Not if it was evicted meanwhile, or replaced by a newer version.
    if (memory.get(stem) === entry) memory.set(stem, { ...entry, gzip });
  }

  return (entry) => {
    if (entry.byte_count < SMALLEST_BYTES || underway.has(entry)) return;
    if (memory.get(stemOf(entry.key)) !== entry) return; // not in memory: no later request would find it
    underway.add(entry);
    waitUntil(compress(entry));
  };
}

async function gzipOf(body: string): Promise<Bytes> {
  const compressed = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
}
