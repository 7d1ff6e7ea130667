import { type Case, CASES } from "./cases.ts";

export interface Options {
  /** Attempts, all exported by each narrow case. */
  readonly rows: number;
  /** Words of the cases to run; an empty list means all. */
  readonly only: readonly string[];
  /** Whether the results are written down: those of a shorter run are not. */
  readonly is_kept: boolean;
}

const ROWS = 1_000_000;
/** The wide cases need fewer: twenty times what they export. */
const ROWS_FOR_WIDE = 260_000;

/**
 * Parses `--rows N --only wide,csv`.
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
  const isWide = casesOf({ only }).every((one) => one.is_wide);
  return { rows, only, is_kept: rows >= (isWide ? ROWS_FOR_WIDE : ROWS) };
}

/** The cases whose names have one of the words; the wide ones come last, because they change the rows. */
export function casesOf({ only }: Pick<Options, "only">): readonly Case[] {
  return CASES.filter(({ name }) => only.length === 0 || only.some((word) => name.includes(word)));
}
