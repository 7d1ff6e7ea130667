const COLUMNS = [
  "lane_key",
  "sample_count",
  "mean_score",
  "stddev_score",
  "min_score",
  "max_score",
  "p10",
  "p50",
  "p90",
];

/** The values of a row that are compared, always in the same order. */
export function scoresOf(row: Readonly<Record<string, unknown>>): unknown[] {
  return COLUMNS.map((column) => row[column]);
}
