/** A measured figure with the range of its rounds. */
export interface Figure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** For a ratio of speeds: the same ratio by the processor time of a request. */
  readonly by_processor_time?: number;
}

/** Figures by the id of their target. */
export type Figures = Map<string, Figure>;

export function exactly(value: number): Figure {
  return { value, low: value, high: value };
}

/** The median; NaN for an empty list, which meets no target. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] ?? NaN : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

export function spread(values: readonly number[]): Figure {
  return { value: median(values), low: Math.min(...values), high: Math.max(...values) };
}

/** The median of the rounds' ratios, not the ratio of the medians: a slowdown of a whole round cancels out. */
export function ratio(left: readonly number[], right: readonly number[]): Figure {
  return spread(left.map((value, round) => value / (right[round] ?? NaN)));
}
