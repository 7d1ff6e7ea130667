import { z } from "zod";
import { type ViewState, viewState } from "./view_state.ts";

/** Bytes of a response body: `Uint8Array`, which is generic in newer compilers only. */
export type Bytes = ReturnType<typeof Uint8Array.of>;

/** A rendered body, and what the headers say about its rows. */
export interface Rendered {
  readonly row_count: number;
  /** The cursor of the next page; null if there is none. */
  readonly next_cursor: string | null;
  /** Whether rows were left out; null for a page, where the cursor shows it. */
  readonly is_truncated: boolean | null;
  /** The number of all rows, if known. */
  readonly total_count: number | null;
  /** The number of rows withheld by the minimum sample, on all pages; null for a resource without one. */
  readonly withheld_count: number | null;
  /** As text: a server must copy bytes before it sends them, but only encode text. */
  readonly body: string;
  /** The size of the body as UTF-8. */
  readonly byte_count: number;
}

/** One answer, ready to send. Immutable: a newer version is another entry under another key. */
export interface Entry extends Rendered {
  readonly key: string;
  readonly state: ViewState;
  readonly etag: string;
  /** When the source was read, in milliseconds since the epoch. */
  readonly read_at: number;
  /** The compressed body, after the first request for it. In memory only. */
  readonly gzip?: Bytes;
}

/** Larger bodies are served but not kept: the shared cache and the 256 MB of memory should hold many answers. */
export const LARGEST_KEPT_BYTES = 1_000_000;

/** The entry in the shared cache. `k` repeats the key: the value must belong to the key that was read. */
const envelope = z.strictObject({
  k: z.string(),
  v: viewState,
  t: z.number(),
  e: z.string(),
  n: z.int().min(0),
  c: z.string().nullable(),
  x: z.boolean().nullable(),
  a: z.int().min(0).nullable(),
  w: z.int().min(0).nullable(),
  body: z.string(),
});

export type Unsealed =
  | { readonly kind: "entry"; readonly entry: Entry }
  | { readonly kind: "key_mismatch" | "entry_malformed" };

export function seal(entry: Entry): string {
  const { key, state, etag, row_count, next_cursor, is_truncated, total_count, withheld_count, read_at, body } = entry;
  const rows = { n: row_count, c: next_cursor, x: is_truncated, a: total_count, w: withheld_count };
  const sealed = { k: key, v: state, t: read_at, e: etag, ...rows, body };
  return JSON.stringify(sealed satisfies z.input<typeof envelope>);
}

/** Parses what the shared cache returned for `key`. A foreign, planted or truncated value is a miss, never an answer. */
export function unseal(text: string, key: string): Unsealed {
  const parsed = envelope.safeParse(parseJson(text));
  if (!parsed.success) return { kind: "entry_malformed" };
  const { k, v, t, e, n, c, x, a, w, body } = parsed.data;
  if (k !== key) return { kind: "key_mismatch" };
  const rows = { row_count: n, next_cursor: c, is_truncated: x, total_count: a, withheld_count: w };
  const entry = { key, state: v, etag: e, ...rows, read_at: t, body, byte_count: bytesOf(body) };
  return { kind: "entry", entry };
}

/** How many bytes a text takes as UTF-8. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
