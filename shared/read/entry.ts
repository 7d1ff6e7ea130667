import { z } from "zod";
import { type ViewState, viewState } from "./view_state.ts";

/** Bytes that a response can be made of: `Uint8Array`, which only newer compilers know to be generic. */
export type Bytes = ReturnType<typeof Uint8Array.of>;

/** One answer, ready to send. Immutable: a newer version is another entry under another key. */
export interface Entry {
  readonly key: string;
  readonly state: ViewState;
  readonly etag: string;
  readonly row_count: number;
  /** Where the next page begins; null where there is none. */
  readonly next_cursor: string | null;
  /** Whether rows were left out; null of a page, whose cursor says it. */
  readonly is_truncated: boolean | null;
  /** The rows that there are in all, where that is known. */
  readonly total_count: number | null;
  /** When the source was read, in milliseconds since the epoch. */
  readonly read_at: number;
  /** As text: a server has to copy bytes before it sends them, and text only to encode it. */
  readonly body: string;
  /** Of the body as it is sent. */
  readonly byte_count: number;
  /** The body compressed, once somebody has asked for it so. Only in memory. */
  readonly gzip?: Bytes;
}

/** Bodies above this are served but not kept: a shared cache and 256 MB of memory are for the many. */
export const LARGEST_KEPT_BYTES = 1_000_000;

/** The entry as a shared cache holds it. `k` repeats the key: what comes back must be what was asked for. */
const envelope = z.strictObject({
  k: z.string(),
  v: viewState,
  t: z.number(),
  e: z.string(),
  n: z.int().min(0),
  c: z.string().nullable(),
  x: z.boolean().nullable(),
  a: z.int().min(0).nullable(),
  body: z.string(),
});

export type Unsealed =
  | { readonly kind: "entry"; readonly entry: Entry }
  | { readonly kind: "key_mismatch" | "entry_malformed" };

export function seal(entry: Entry): string {
  const { key, state, etag, row_count, next_cursor, is_truncated, total_count, read_at, body } = entry;
  const told = { n: row_count, c: next_cursor, x: is_truncated, a: total_count };
  const sealed = { k: key, v: state, t: read_at, e: etag, ...told, body };
  return JSON.stringify(sealed satisfies z.input<typeof envelope>);
}

/** Opens what a shared cache returned for `key`. A foreign, planted or truncated value is a miss, never an answer. */
export function unseal(text: string, key: string): Unsealed {
  const parsed = envelope.safeParse(parseJson(text));
  if (!parsed.success) return { kind: "entry_malformed" };
  const { k, v, t, e, n, c, x, a, body } = parsed.data;
  if (k !== key) return { kind: "key_mismatch" };
  const told = { row_count: n, next_cursor: c, is_truncated: x, total_count: a };
  const entry = { key, state: v, etag: e, ...told, read_at: t, body, byte_count: bytesOf(body) };
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
