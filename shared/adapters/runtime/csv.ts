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

/** A text that is no formula at once: it begins with a letter or digit, and nothing in it begins a further cell. */
const PLAIN = /^[0-9A-Za-z][^;\t\r\n|]*$/;

/** What must be in quotes: the separators of this file, and those of others, which a changed cell has too. */
const QUOTED = /[",;\t\r\n]/;

/**
 * Rows as CSV (RFC 4180): a header line, CRLF, quotes where needed. Numbers stay numbers, so -3 survives; null is an
 * empty field.
 */
export function renderCsv({ columns, rows }: Pick<Rendering, "columns" | "rows">): string {
  let text = lineOf(columns);
  for (const row of rows) text += lineOf(columns.map((column) => row[column]));
  return text;
}

function lineOf(values: readonly unknown[]): string {
  return `${values.map(cellOf).join(",")}\r\n`;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const harmless = PLAIN.test(text) ? text : neutralise(text);
  return harmless !== text || QUOTED.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
