/**
 * The ids of synthetic rows: UUIDs of version 8, which no generator of random ids makes, with a fixed beginning. So a row
 * can be distinguished from a real one, and removed, even if it is found after a run was killed.
 */
const BEGINNING = "f4e54e77-5eed-8";

/** Every id from `first` to `last`, both included. */
export interface IdRange {
  readonly first: string;
  readonly last: string;
}

/** One run's share of the ids: three hexadecimal digits, like "0c7". */
export function newRun(): string {
  return Math.floor(Math.random() * 4_096).toString(16).padStart(3, "0");
}

/** `kind` identifies the table, from 0 to 4095; `number` counts within one. */
export function syntheticId(run: string, kind: number, number: number): string {
  return `${BEGINNING}${run}-8${hex(kind, 3)}-${hex(number, 12)}`;
}

/** The ids of one run, or of every run there ever was. */
export function idRange(run: string | null): IdRange {
  return {
    first: `${BEGINNING}${run ?? "000"}-8000-000000000000`,
    last: `${BEGINNING}${run ?? "fff"}-8fff-ffffffffffff`,
  };
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}
