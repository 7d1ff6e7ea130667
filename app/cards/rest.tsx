import { counted, number } from "../words/numbers.ts";

/** Says how many rows are not shown, so that none is left out in silence. */
export function Rest({ shown, of, total }: {
  readonly shown: number;
  /** What a row is: "question". */
  readonly of: string;
  /** Left out by an answer that did not count. */
  readonly total: number | null | undefined;
}) {
  if (total == null || total <= shown) return null;
  return <p className="quiet">{number(shown, 0)} of {counted(total, of)} are shown; Export all has every one.</p>;
}
