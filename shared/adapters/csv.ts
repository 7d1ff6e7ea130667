import type { Rendering } from "../core/renderer.ts";

/** What a spreadsheet takes for a formula, also behind blanks or quotes, and in full-width forms. */
const FORMULA = /^[\s"']*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** A text that no spreadsheet runs: it then begins with an apostrophe, which they hide. Numbers never come here. */
export function neutralise(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
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
      string: (text) => ({ value: neutralise(text), quoted: FORMULA.test(text) || /[\r\n]/.test(text) }),
      boolean: String,
      object: (value) => neutralise(JSON.stringify(value)),
    },
  });
}
