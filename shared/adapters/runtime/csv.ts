import type { Rendering } from "../../read/renderer.ts";

/**
 * Where a spreadsheet may see a formula: at the start of a cell, and after a character that separates cells in countries that
 * write 1,5 (or in a file that is pasted). White space, quotes and invisible characters may precede it; it may be full-width.
 */
const FORMULA =
  /(?<=^|[;\t\r\n|])(?=(?:["'\p{Zs}\p{Cf}\u115F\u1160\u2800\u3164\uFE00-\uFE0F\uFFA0]|[^\P{Cc}\t\r\n])*[=+\-@\u2212\uFF1D\uFF0B\uFF0D\uFF20])|^(?=[\t\r\n])/gu;

/**
 * A text that no spreadsheet runs: what could be a formula gets an apostrophe before it, which spreadsheets hide. Never called
 * with numbers.
 */
export function neutralise(text: string): string {
  return text.replace(FORMULA, "'");
}

/**
 * Rows as CSV (RFC 4180): a header line, CRLF, quotes where needed. Numbers stay numbers, so -3 survives; null is an
 * empty field.
 */
export async function renderCsv(rendering: Rendering): Promise<string> {
  const { stringify } = await import("csv-stringify/sync");
  return stringify([...rendering.rows], {
    header: true,
    columns: rendering.columns.map((key) => ({ key, header: key })),
    record_delimiter: "windows",
    cast: {
      string: (text) => {
        const value = neutralise(text);
        return { value, quoted: value !== text || /[\r\n;\t]/.test(text) };
      },
      boolean: String,
      object: (value) => neutralise(JSON.stringify(value)),
    },
  });
}
