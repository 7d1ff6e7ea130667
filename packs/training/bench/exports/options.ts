export interface Options {
  /** Attempts, all exported by each narrow case. */
  readonly rows: number;
  /** Words of the cases to run; an empty list means all. */
  readonly only: readonly string[];
  /** Whether the run may be written down. */
  readonly is_complete: boolean;
}

const ROWS = 1_000_000;

/**
 * Parses `--rows N --only wide,csv`. A shorter run writes no results.
 *
 * @throws Error that names the invalid argument
 */
export function parseOptions(args: readonly string[]): Options {
  let rows = ROWS;
  let only: string[] = [];
  for (let index = 0; index < args.length; index += 2) {
    const [name, value = ""] = args.slice(index, index + 2);
    if (name === "--rows" && /^[1-9]\d{3,6}$/.test(value)) rows = Number(value);
    else if (name === "--only" && value !== "") only = value.split(",");
    else throw new Error(`"${name} ${value}" was not understood: give --rows and a number from 1,000, or --only`);
  }
  return { rows, only, is_complete: rows === ROWS && only.length === 0 };
}
