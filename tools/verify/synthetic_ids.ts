/**
 * The ids of synthetic rows: UUIDs of version 8, which no random generator makes, with a fixed prefix. So synthetic
 * rows can be recognised and removed, even after a run was killed.
 */
const BEGINNING = "f4e54e77-5eed-8";

/** Every id from `first` to `last`, both included. */
export interface IdRange {
  readonly first: string;
  readonly last: string;
}

/** A new run's part of its ids: three hexadecimal digits, like "0c7". */
export function newRun(): string {
  return Math.floor(Math.random() * 4_096).toString(16).padStart(3, "0");
}

/** The id of a row. `kind`, 0 to 4095, is its table; `number` counts within the table. */
export function syntheticId(run: string, kind: number, number: number): string {
  return `${BEGINNING}${run}-8${hex(kind, 3)}-${hex(number, 12)}`;
}

/** The range of ids of one run, or of all runs if `run` is null. */
export function idRange(run: string | null): IdRange {
  return {
    first: `${BEGINNING}${run ?? "000"}-8000-000000000000`,
    last: `${BEGINNING}${run ?? "fff"}-8fff-ffffffffffff`,
  };
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}
