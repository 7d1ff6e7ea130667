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

/** A table that gets synthetic rows, each under an id of the run. */
export interface SyntheticTable {
  readonly name: string;
  /** The column of that id, a uuid or a text; `id` when it is left out. It takes no null. */
  readonly key?: string;
  /** A fixed number of rows that others refer to; or "rows", the many that `--rows` counts. */
  readonly count: number | "rows";
  row(synthesis: Synthesis, number: number): Readonly<Record<string, unknown>>;
}

/** The column that holds the id of a synthetic row. */
export function keyOf({ key = "id" }: SyntheticTable): string {
  return key;
}

export interface SubjectView {
  readonly view: string;
  /** Views of the pack that this one reads: refreshed first. */
  readonly reads?: readonly string[];
  /** Finds the synthetic rows in the view, and only those; null when they cannot be distinguished from others. */
  readonly trace: ((synthesis: Synthesis) => readonly ColumnFilter[]) | null;
  /** The column that, summed over the traced rows, counts the rows of `table`. */
  readonly counts?: { readonly column: string; readonly table: string };
  /** Functions besides analytics.refresh_view that the pack's documents name, and that must be open to operators only. */
  readonly operators?: readonly { readonly name: string; readonly effect: "reads" | "refreshes" }[];
}

/** What is needed to verify a pack's views, as data. */
export interface PackSubject {
  readonly pack: string;
  /** In the order in which they are written; they are removed in the opposite one. */
  readonly tables: readonly SyntheticTable[];
  /** Sources before the views that read them. */
  readonly views: readonly SubjectView[];
}

/** The pack's table of that name. */
export function tableOf(pack: PackSubject, name: string): SyntheticTable {
  const table = pack.tables.find((candidate) => candidate.name === name);
  if (table === undefined) throw new Error(`No synthetic table ${name}`);
  return table;
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
