import type { ColumnFilter } from "../../shared/read/source.ts";
import { idRange, syntheticId } from "./synthetic_ids.ts";

/** Values for making one run's synthetic rows. */
export interface Synthesis {
  /** Three hexadecimal digits that tell concurrent runs apart. */
  readonly run: string;
  /** Start of the run, in milliseconds: rows are dated before it. */
  readonly now: number;
  id(kind: number, number: number): string;
}

/** A table that gets synthetic rows, each with an id of the run. */
export interface SyntheticTable {
  readonly name: string;
  /** The column of that id: uuid or text, not null. Default: `id`. */
  readonly key?: string;
  /** A fixed number of rows that other tables refer to; or "rows" for the number in `--rows`. */
  readonly count: number | "rows";
  row(synthesis: Synthesis, number: number): Readonly<Record<string, unknown>>;
}

/** The column that holds the id of a synthetic row. */
export function keyOf({ key = "id" }: SyntheticTable): string {
  return key;
}

export interface SubjectView {
  readonly view: string;
  /** Views of the pack that this one reads; they are refreshed first. */
  readonly reads?: readonly string[];
  /** Filters that select exactly the synthetic rows of the view; null if they cannot be distinguished from others. */
  readonly trace: ((synthesis: Synthesis) => readonly ColumnFilter[]) | null;
  /** The column whose sum over the traced rows equals the number of rows of `table`. */
  readonly counts?: { readonly column: string; readonly table: string };
  /** Further functions in the pack's documents, besides analytics.refresh_view, that only operators may call. */
  readonly operators?: readonly { readonly name: string; readonly effect: "reads" | "refreshes" }[];
}

/** The data for verifying a pack's views. */
export interface PackSubject {
  readonly pack: string;
  /** In the order of writing; rows are removed in the opposite order. */
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

/** Selects rows of a view whose column holds an id of the run. */
export function tracedBy(column: string): (synthesis: Synthesis) => readonly ColumnFilter[] {
  return ({ run }) => {
    const { first, last } = idRange(run);
    return [{ column, op: "gte", value: first }, { column, op: "lte", value: last }];
  };
}
