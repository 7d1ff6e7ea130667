import { pivotRows } from "./pivot_rows.ts";
import type { Format, Pivot } from "../resource/definition.ts";
import type { Row } from "./row_check.ts";

/** The `meta` of a body. It holds nothing that changes while the version is the same. */
export interface BodyMeta {
  readonly resource: string;
  readonly as_of: string | null;
  readonly source_as_of: string | null;
  readonly version: number;
  readonly row_count: number;
  /** Paged resources only: the cursor of the next page, null on the last. */
  readonly next_cursor?: string | null;
  /** All other resources: whether there are more rows than these. */
  readonly is_truncated?: boolean;
  /** The number of all rows: of unpaged resources, and of pages whose caller asked for the count. */
  readonly total_count?: number;
  /** Resources with a minimum sample: the number of rows withheld by it, on all pages. */
  readonly withheld_count?: number;
}

export interface Rendering {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly meta: BodyMeta;
  readonly pivot?: Pivot | undefined;
}

/** Renders rows in one format. May be asynchronous: a renderer that is rarely needed is loaded on first use. */
export type Renderer = (rendering: Rendering) => string | Promise<string>;

export type Renderers = Readonly<Record<Format, Renderer>>;

export function renderJson(rendering: Rendering): string {
  const { rows, meta, pivot } = rendering;
  return JSON.stringify({ data: pivot === undefined ? rows : pivotRows(rows, pivot), meta });
}
