export interface Case {
  readonly name: string;
  readonly format: "csv" | "ndjson";
  readonly compression: "gzip" | undefined;
  /** Rows with two long texts each, the last WIDE_ROWS of one scenario. */
  readonly is_wide: boolean;
}

export const CASES: readonly Case[] = [
  { name: "csv", format: "csv", compression: undefined, is_wide: false },
  { name: "ndjson, gzip", format: "ndjson", compression: "gzip", is_wide: false },
  { name: "wide rows, csv, gzip", format: "csv", compression: "gzip", is_wide: true },
  { name: "wide rows, ndjson", format: "ndjson", compression: undefined, is_wide: true },
];
