import type { ColumnFilter } from "../../shared/read/source.ts";
import { idRange, syntheticId } from "./synthetic_ids.ts";

/** Makes one run's synthetic rows. */
export interface Synthesis {
  /** Three digits that no other run at the same time has. */
  readonly run: string;
  /** When the run began, in milliseconds: rows are dated before it. */
  readonly now: number;
  id(kind: number, number: number): string;
}

/** A table that gets synthetic rows, each under an `id` of the run. */
export interface SyntheticTable {
  readonly name: string;
  /** A fixed number of rows that others refer to; or "rows", the many that `--rows` counts. */
  readonly count: number | "rows";
  row(synthesis: Synthesis, number: number): Readonly<Record<string, unknown>> & { readonly id: string };
}

export interface SubjectView {
  readonly view: string;
  /** Views of the pack that this one reads: refreshed first. */
  readonly reads?: readonly string[];
  /** Finds the synthetic rows in the view, and only those; null where they cannot be told from others. */
  readonly trace: ((synthesis: Synthesis) => readonly ColumnFilter[]) | null;
  /** The column that, summed over the traced rows, counts the rows of `table`. */
  readonly counts?: { readonly column: string; readonly table: string };
  /** Functions besides analytics.refresh_view that the pack's documents name, and that must be open to operators only. */
  readonly operators?: readonly { readonly name: string; readonly effect: "reads" | "refreshes" }[];
}

/** What verifying a pack's views takes, as data. */
export interface PackSubject {
  readonly pack: string;
  /** In the order in which they are written; they are removed in the opposite one. */
  readonly tables: readonly SyntheticTable[];
  /** Sources before the views that read them. */
  readonly views: readonly SubjectView[];
}

export function synthesisOf(run: string, now: number): Synthesis {
  return { run, now, id: (kind, number) => syntheticId(run, kind, number) };
}

/** Rows of a view in which this column holds an id of the run. */
export function tracedBy(column: string): (synthesis: Synthesis) => readonly ColumnFilter[] {
  return ({ run }) => {
    const { first, last } = idRange(run);
    return [{ column, op: "gte", value: first }, { column, op: "lte", value: last }];
  };
}
