/** A row as text, so that a number is compared to its last printed digit. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface Comparison {
  readonly actual: readonly TextRow[];
  readonly expected: readonly TextRow[];
  /** The columns that name a row. */
  readonly key: readonly string[];
  /** Columns of unrounded quotients, and how far they may be apart in relation to their size; all others must be equal. */
  readonly tolerances?: Readonly<Record<string, number>>;
}

/**
 * Says every difference between two results, one line each: rows that only one of them has, columns that only one of them
 * has, and values that differ. Nothing, when they are the same.
 */
export function rowDifferences({ actual, expected, key, tolerances = {} }: Comparison): string[] {
  const nameOf = (row: TextRow) => key.map((column) => row[column]).join(" ");
  const actualByName = new Map(actual.map((row) => [nameOf(row), row]));
  const expectedByName = new Map(expected.map((row) => [nameOf(row), row]));
  const differences: string[] = [];
  if (actualByName.size !== actual.length) differences.push(`${actual.length} rows have ${actualByName.size} keys`);
  for (const [name, row] of expectedByName) {
    const found = actualByName.get(name);
    if (found === undefined) differences.push(`${name}: the row is missing`);
    else differences.push(...valueDifferences(found, row, tolerances).map((difference) => `${name}: ${difference}`));
  }
  for (const name of actualByName.keys()) {
    if (!expectedByName.has(name)) differences.push(`${name}: the row should not be there`);
  }
  return differences;
}

function valueDifferences(actual: TextRow, expected: TextRow, tolerances: Readonly<Record<string, number>>): string[] {
  const columns = new Set([...Object.keys(actual), ...Object.keys(expected)]);
  return [...columns].filter((column) => !isSame(actual[column], expected[column], tolerances[column]))
    .map((column) => `${column} is ${actual[column]}, not ${expected[column]}`);
}

function isSame(actual: string | null | undefined, expected: string | null | undefined, tolerance?: number): boolean {
  if (tolerance === undefined || typeof actual !== "string" || typeof expected !== "string") return actual === expected;
  const [a, e] = [Number(actual), Number(expected)];
  return Math.abs(a - e) <= tolerance * Math.max(Math.abs(a), Math.abs(e));
}
