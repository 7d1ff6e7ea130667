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

/** What is compared of a row, in one order whoever wrote it. */
export function scoresOf(row: Readonly<Record<string, unknown>>): unknown[] {
  return COLUMNS.map((column) => row[column]);
}
