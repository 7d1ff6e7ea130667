/** The greatest distance of a reference, in bytes: it is written in two bytes. */
const FARTHEST = 65_535;
const SHORTEST = 4;
/** A copy longer than SHORTEST + SHORT_COPY has one more byte, with the rest of its length. */
const SHORT_COPY = 127;
const LONGEST = SHORTEST + SHORT_COPY + 255;
const LONGEST_RUN = 128;

/**
 * Compresses bytes: repetitions become references to earlier bytes (the LZ77 scheme). A code of 0 to 127 is followed by
 * code + 1 literal bytes; 128 and above is a copy, followed by its distance. One text has one packed form on every
 * machine and in every version, which a library's compression does not promise, and the result is there synchronously.
 */
export function pack(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  const seen = new Map<number, number>();
  let run_start = 0;

  function endRun(end: number): void {
    for (let at = run_start; at < end; at += LONGEST_RUN) {
      const run = bytes.subarray(at, Math.min(at + LONGEST_RUN, end));
      out.push(run.length - 1, ...run);
    }
  }

  for (let at = 0; at < bytes.length;) {
    const next = wordAt(bytes, at);
    const before = next === null ? undefined : seen.get(next);
    if (next !== null) seen.set(next, at);
    const length = before === undefined || at - before > FARTHEST ? 0 : commonLength(bytes, before, at);
    if (before === undefined || length < SHORTEST) {
      at += 1;
      continue;
    }
    endRun(at);
    const code = Math.min(length - SHORTEST, SHORT_COPY);
    out.push(128 + code);
    if (code === SHORT_COPY) out.push(length - SHORTEST - SHORT_COPY);
    out.push((at - before) >> 8, (at - before) & 255);
    at += length;
    run_start = at;
  }
  endRun(bytes.length);
  return Uint8Array.from(out);
}

/** @returns null for bytes that pack() did not write, or that unpack to more than `longest` bytes */
export function unpack(packed: Uint8Array, longest: number): Uint8Array | null {
  const out: number[] = [];
  for (let at = 0; at < packed.length;) {
    const code = packed[at] ?? 0;
    at += 1;
    if (code < 128) {
      if (at + code >= packed.length) return null;
      out.push(...packed.subarray(at, at + code + 1));
      at += code + 1;
    } else {
      const more = code === 128 + SHORT_COPY ? packed[at++] : 0;
      const [high, low] = [packed[at], packed[at + 1]];
      if (more === undefined || high === undefined || low === undefined) return null;
      const from = out.length - (high * 256 + low);
      if (from < 0 || from === out.length) return null;
      for (let place = 0; place < code - 128 + SHORTEST + more; place += 1) out.push(out[from + place] ?? 0);
      at += 2;
    }
    if (out.length > longest) return null;
  }
  return Uint8Array.from(out);
}

function wordAt(bytes: Uint8Array, at: number): number | null {
  const [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return a === undefined || b === undefined || c === undefined || d === undefined
    ? null
    : ((a * 256 + b) * 256 + c) * 256 + d;
}

function commonLength(bytes: Uint8Array, before: number, at: number): number {
  let length = 0;
  while (length < LONGEST && at + length < bytes.length && bytes[before + length] === bytes[at + length]) length += 1;
  return length;
}
