import { pause } from "../../stack/pause.ts";
import type { Connection } from "./connection.ts";
import { refreshNow } from "./refresh_now.ts";
import { type PackSubject, synthesisOf } from "./subject.ts";
import { idRange } from "./synthetic_ids.ts";
import { VerifyError } from "./verify_error.ts";

const ATTEMPTS = 5;

/**
 * Removes the synthetic rows of a run, or of all runs if `run` is null, refreshes every view of the pack, and checks
 * that none is left. Retries on failure: no row may stay behind.
 *
 * @throws VerifyError that says how to remove the remaining rows by hand.
 */
export async function cleanUp(pack: PackSubject, run: string | null, service: Connection): Promise<void> {
  let failure: unknown;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      for (const table of pack.tables.toReversed()) await service.remove(table, idRange(run));
      for (const { view } of pack.views) await refreshNow(service, view);
      const remains = await remainsOf(pack, run, service);
      if (remains.length === 0) return;
      failure = new Error(`still there: ${remains.join(", ")}`);
    } catch (error) {
      failure = error;
    }
    // A write whose response was lost may still take effect.
    await pause(1_000 * attempt);
  }
  const view = pack.views[0]?.view ?? "<view>";
  throw new VerifyError(
    `Synthetic rows could not be removed: ${failure instanceof Error ? failure.message : failure}`,
    `when the project answers again: deno task verify ${view} --clean-up`,
    { cause: failure },
  );
}

/** The tables and views that hold synthetic rows. */
export async function remainsOf(pack: PackSubject, run: string | null, service: Connection): Promise<string[]> {
  const found: string[] = [];
  for (const table of pack.tables) {
    if (await service.count(table, idRange(run)) > 0) found.push(table.name);
  }
  if (run === null) return found; // the views were just refreshed from tables without synthetic rows
  for (const { view, trace } of pack.views) {
    if (trace === null) continue;
    const filters = trace(synthesisOf(run, 0));
    const columns = [...new Set(filters.map(({ column }) => column))];
    const order = columns.map((column) => ({ column, direction: "asc" }) as const);
    const { rows } = await service.readView(view, { columns, filters, scope: null, order, limit: 1 });
    if (rows.length > 0) found.push(view);
  }
  return found;
}
