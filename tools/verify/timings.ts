export interface Timings {
  readonly count: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly max_ms: number;
}

/** Percentiles by nearest rank, so each is a measured time. Null for an empty list. */
export function timingsOf(milliseconds: readonly number[]): Timings | null {
  if (milliseconds.length === 0) return null;
  const sorted = [...milliseconds].sort((left, right) => left - right);
  const at = (fraction: number) => sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50_ms: round(at(0.5)), p95_ms: round(at(0.95)), max_ms: round(at(1)) };
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
