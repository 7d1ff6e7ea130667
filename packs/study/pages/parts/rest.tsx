/** Says how many rows are not shown, so that none is left out in silence. */
export function Rest({ shown, of, total }: {
  readonly shown: number;
  /** What a row is: "question". */
  readonly of: string;
  readonly total: number | undefined;
}) {
  if (total === undefined || total <= shown) return null;
  return <p className="quiet">{shown} of {total.toLocaleString()} {of}s are shown; Export all has every one.</p>;
}
