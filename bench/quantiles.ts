/** The quantile by nearest rank; NaN for an empty list. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export function quantiles(values: readonly number[]): { p05: number; median: number; p95: number } {
  return {
    p05: round(quantile(values, 0.05)),
    median: round(quantile(values, 0.5)),
    p95: round(quantile(values, 0.95)),
  };
}

/** The text "median (5th–95th percentile)". */
export function span(values: readonly number[]): string {
  const { median, p05, p95 } = quantiles(values);
  return `${median} (${p05}–${p95})`;
}

/** Rounds to three decimals. */
export function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
