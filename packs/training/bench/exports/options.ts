import { type Case, CASES } from "./cases.ts";

export interface Options {
  /** Attempts, all exported by each narrow case. */
  readonly rows: number;
  readonly cases: readonly Case[];
  /** Whether the results are written down: those of a shorter run are not. */
  readonly is_kept: boolean;
}

const ROWS = 1_000_000;
/** The wide cases need fewer: twenty times what they export. */
const ROWS_FOR_WIDE = 260_000;

/**
 * Parses `--rows N --only wide-ndjson,csv-gzip`.
 *
 * @throws Error that names the invalid argument
 */
export function parseOptions(args: readonly string[]): Options {
  let rows = ROWS;
  let cases = CASES;
  for (let index = 0; index < args.length; index += 2) {
    const [name, value = ""] = args.slice(index, index + 2);
    if (name === "--rows" && /^[1-9]\d{3,6}$/.test(value)) rows = Number(value);
    else if (name === "--only" && value !== "") cases = casesOf(value.split(","));
    else throw new Error(`"${name} ${value}" was not understood: give --rows and a number from 1,000, or --only`);
  }
  return { rows, cases, is_kept: rows >= (cases.every((one) => one.is_wide) ? ROWS_FOR_WIDE : ROWS) };
}

function casesOf(keys: readonly string[]): readonly Case[] {
  const unknown = keys.filter((key) => !CASES.some((one) => one.key === key));
  if (unknown.length > 0) {
    throw new Error(`--only knows no case ${unknown.join(", ")}: give ${CASES.map(({ key }) => key).join(", ")}`);
  }
  return CASES.filter(({ key }) => keys.includes(key));
}
