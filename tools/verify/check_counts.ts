import { idRange } from "./synthetic_ids.ts";
import type { Connection } from "./connection.ts";
import type { Subject } from "./find_subject.ts";
import { type Synthesis, tableOf } from "./subject.ts";
import { VerifyError } from "./verify_error.ts";

/** More rows than a run produces in any view. */
const ALL = 100_000;

/**
 * Compares the refreshed view's count of synthetic rows with the number written; null if the view does not count them.
 */
export async function checkCounts(
  { pack, view: { view, trace, counts } }: Subject,
  synthesis: Synthesis,
  service: Connection,
): Promise<number | null> {
  if (trace === null || counts === undefined) return null;
  const { column } = counts;
  const table = tableOf(pack, counts.table);
  const order = [{ column, direction: "asc" }] as const;
  const filters = trace(synthesis);
  const { rows } = await service.readView(view, { columns: [column], filters, scope: null, order, limit: ALL });
  const counted = rows.reduce((sum, row) => sum + Number(row[column]), 0);
  const written = await service.count(table, idRange(synthesis.run));
  if (counted === written) return counted;
  throw new VerifyError(
    `${view} counts ${counted} ${column} where ${written} rows of ${table.name} were written`,
    "the view loses or doubles rows, or was not refreshed: look at its migration",
  );
}
