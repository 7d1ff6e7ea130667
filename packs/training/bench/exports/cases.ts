export interface Case {
  /** What `--only` takes. */
  readonly key: string;
  readonly name: string;
  readonly format: "csv" | "ndjson";
  readonly compression: "gzip" | undefined;
  /** Rows with two long texts each, the last WIDE_ROWS of one scenario. */
  readonly is_wide: boolean;
}

/** The wide ones come last, because they change the rows. */
export const CASES: readonly Case[] = [
  { key: "csv", name: "csv", format: "csv", compression: undefined, is_wide: false },
  { key: "csv-gzip", name: "csv, gzip", format: "csv", compression: "gzip", is_wide: false },
  { key: "ndjson-gzip", name: "ndjson, gzip", format: "ndjson", compression: "gzip", is_wide: false },
  { key: "wide-csv-gzip", name: "wide rows, csv, gzip", format: "csv", compression: "gzip", is_wide: true },
  { key: "wide-ndjson", name: "wide rows, ndjson", format: "ndjson", compression: undefined, is_wide: true },
];
