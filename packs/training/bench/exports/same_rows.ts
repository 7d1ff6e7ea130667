import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { parse } from "csv-parse";
import type { Stack } from "../../../../stack/stack.ts";

/** Rows in their order, by SHA-256. */
export interface Digest {
  readonly rows: number;
  /** Of each row as a line of JSON; empty for a CSV file. */
  readonly lines: string;
  /** Of each row's values as texts; empty for an NDJSON file. */
  readonly cells: string;
  readonly versions: readonly number[];
}

const PAGE = 999;

/** All rows of the API, page by page. */
export async function digestOfApi(stack: Stack, filters: Readonly<Record<string, string>>): Promise<Digest> {
  const lines = createHash("sha256");
  const cells = createHash("sha256");
  const versions = new Set<number>();
  let rows = 0;
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ ...filters, limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
    const { data, meta } = await page(stack, query);
    for (const row of data) {
      lines.update(`${JSON.stringify(row)}\n`);
      cells.update(`${JSON.stringify(Object.values(row).map((value) => value === null ? "" : String(value)))}\n`);
    }
    rows += data.length;
    versions.add(meta.version);
    cursor = meta.next_cursor;
  } while (cursor !== null);
  return { rows, lines: lines.digest("hex"), cells: cells.digest("hex"), versions: [...versions] };
}

interface Page {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly meta: { readonly version: number; readonly next_cursor: string | null };
}

async function page({ origin, keys }: Stack, query: URLSearchParams): Promise<Page> {
  for (;;) {
    const answer = await fetch(`${origin}/functions/v1/analytics/training/attempts?${query}`, {
      headers: { apikey: keys.secretKey },
    });
    const body = await answer.json();
    if (answer.status === 200) return body;
    // A busy machine may be asked once more, as its answer says.
    const wait = Number(answer.headers.get("retry-after"));
    if (answer.status !== 503 || wait === 0) throw new Error(`the API answered ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, wait * 1_000));
  }
}

/** Of a file as it is downloaded. */
export async function digestOfFile(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { format, is_gzip }: { readonly format: "csv" | "ndjson"; readonly is_gzip: boolean },
): Promise<Digest> {
  // By what browsers read a gzip file with: it takes one member.
  const plain = is_gzip ? body.pipeThrough(new DecompressionStream("gzip")) : body;
  const digest = createHash("sha256");
  let rows = 0;
  if (format === "ndjson") {
    for await (const bytes of plain) {
      digest.update(bytes);
      for (const byte of bytes) if (byte === 10) rows += 1;
    }
    return { rows, lines: digest.digest("hex"), cells: "", versions: [] };
  }
  const records = Readable.from(plain).pipe(parse({ record_delimiter: "\r\n", from_line: 2 }));
  for await (const record of records) {
    digest.update(`${JSON.stringify(record)}\n`);
    rows += 1;
  }
  return { rows, lines: "", cells: digest.digest("hex"), versions: [] };
}
