import type { Connection } from "./connection.ts";
import { type PackSubject, type Synthesis, tableOf } from "./subject.ts";

/** Rows in one request: a few hundred kilobytes. */
const BATCH = 1_000;

export interface Writing {
  readonly synthesis: Synthesis;
  /** Number of rows for the table with count "rows". */
  readonly rows: number;
  readonly signal: AbortSignal;
}

/** Writes all synthetic rows, table by table. Stops between two requests on abort. */
export async function writeRows(pack: PackSubject, writing: Writing, service: Connection): Promise<void> {
  for (const table of pack.tables) {
    const count = table.count === "rows" ? writing.rows : table.count;
    await writeRange(pack, table.name, { ...writing, from: 0, to: count }, service);
  }
}

/** Writes more rows of the table with count "rows", with the numbers `from` to `to`. */
export async function writeRange(
  pack: PackSubject,
  name: string,
  range: Pick<Writing, "synthesis" | "signal"> & { readonly from: number; readonly to: number },
  service: Connection,
): Promise<void> {
  const table = tableOf(pack, name);
  for (let from = range.from; from < range.to; from += BATCH) {
    range.signal.throwIfAborted();
    const length = Math.min(BATCH, range.to - from);
    const rows = Array.from({ length }, (_, index) => table.row(range.synthesis, from + index));
    await service.insert(name, rows);
  }
}
