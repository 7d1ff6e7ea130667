import { NONE, number } from "../../../../app/words/numbers.ts";

/** @param rate 0 to 1, or null where nothing was measured */
export function percent(rate: number | null): string {
  return rate === null ? NONE : `${number(rate * 100, 0)} %`;
}
