import { pivotRows } from "./pivot_rows.ts";
import type { Format, Pivot } from "../resource/definition.ts";
import type { Row } from "./row_check.ts";

/** What the body says about itself. It holds nothing that changes while the version stands. */
export interface BodyMeta {
  readonly resource: string;
  readonly as_of: string | null;
  readonly source_as_of: string | null;
  readonly version: number;
  readonly row_count: number;
  /** Of paged resources only: where the next page begins, null when this is the last. */
  readonly next_cursor?: string | null;
  /** Of all others: whether there are more rows than these. */
  readonly is_truncated?: boolean;
  /** The rows that there are in all: of all that are not paged, and of pages that were asked to count. */
  readonly total_count?: number;
  /** Of resources with a minimum sample: the rows that it held back, on all pages. */
  readonly withheld_count?: number;
}

export interface Rendering {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly meta: BodyMeta;
  readonly pivot?: Pivot | undefined;
}

/** Writes rows in one format. May be asynchronous: a writer that few ask for is loaded when it is asked for. */
export type Renderer = (rendering: Rendering) => string | Promise<string>;

export type Renderers = Readonly<Record<Format, Renderer>>;

export function renderJson(rendering: Rendering): string {
  const { rows, meta, pivot } = rendering;
  return JSON.stringify({ data: pivot === undefined ? rows : pivotRows(rows, pivot), meta });
}
