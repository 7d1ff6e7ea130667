import type { Renderers } from "../read/renderer.ts";
import { checkRows } from "../read/row_check.ts";
import { fullName, type Resource } from "../resource/resource.ts";
import { crc32 } from "./crc32.ts";
import type { Claimed } from "./job.ts";
import type { Chunk, DeflatePart, FrozenRows } from "./ports.ts";

/** For a spreadsheet that would read UTF-8 as something else. */
const BYTE_ORDER_MARK = "\uFEFF";

/**
 * Checks frozen rows as a read would, and renders them as the next part of the file. The first part has the header.
 *
 * @throws AppError INTERNAL where a row does not fit the resource, or is outside the caller's scope.
 */
export async function renderChunk(
  { resource, renderers, deflate }: {
    readonly resource: Resource;
    readonly renderers: Renderers;
    readonly deflate: DeflatePart;
  },
  { export: job, scope, scope_values, chunks }: Claimed,
  { last_page, pages }: FrozenRows,
): Promise<Chunk> {
  const is_first = chunks.length === 0;
  const rows = checkRows(resource, { label: "export", restriction: scope }, { rows: pages.flat(), scope_values });
  const text = job.format === "csv"
    ? await csvOf({ resource, renderers, rows, is_first, has_bom: job.has_bom })
    : rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const plain = new TextEncoder().encode(text);
  // An export without rows still has a first part.
  return {
    last_page: last_page ?? 0,
    bytes: deflate(plain),
    plain_byte_count: plain.byteLength,
    crc32: crc32(plain, chunks.at(-1)?.crc32),
  };
}

interface CsvPart {
  readonly resource: Resource;
  readonly renderers: Renderers;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly is_first: boolean;
  readonly has_bom: boolean;
}

async function csvOf({ resource, renderers, rows, is_first, has_bom }: CsvPart): Promise<string> {
  const { columns } = resource;
  const meta = { resource: fullName(resource), as_of: null, source_as_of: null, version: 0, row_count: rows.length };
  const text = await renderers.csv({ columns, rows, meta });
  // Names of columns hold no line break.
  if (!is_first) return text.slice(text.indexOf("\r\n") + 2);
  return has_bom ? BYTE_ORDER_MARK + text : text;
}
