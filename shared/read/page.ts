import { internalError } from "../kernel/app_error.ts";
import { writeCursor } from "./cursor.ts";
import type { Hash } from "../kernel/ports.ts";
import { fullName } from "../resource/resource.ts";
import type { Question } from "./question.ts";
import type { Row } from "./row_check.ts";
import type { SourceAnswer, SourceRequest } from "./source.ts";
import { rowLimit } from "./source_request.ts";

/** The rows that are shown, and what the answer says about the others: an answer that was cut always says so. */
export interface Shown {
  readonly rows: readonly Row[];
  /** Where the next page begins; null where there is none. */
  readonly next_cursor: string | null;
  /** Whether there are rows beyond the limit; null for a page, where the cursor shows it. */
  readonly is_truncated: boolean | null;
  /** The number of all rows; null for a page whose caller did not ask for the count. */
  readonly total_count: number | null;
}

/** Requests one row more than is shown, to learn whether there are more; for a page, only rows after the cursor. */
export function pageRequest(
  { resource, place }: Pick<Question, "resource" | "place">,
  request: SourceRequest,
): SourceRequest {
  const limit = request.limit + 1;
  if (resource.cursor === undefined) return { ...request, limit, counts_cut: true };
  const columns = resource.order.map(({ column }) => column);
  const op = resource.order[0]?.direction === "desc" ? "before" : "after";
  const beyond = place === null ? [] : [{ op, columns, values: place } as const];
  return { ...request, filters: [...request.filters, ...beyond], limit };
}

/** Removes the extra row again. `rows` are the checked rows of the answer, in the resource's order. */
export function cutRows(
  { resource, params }: Pick<Question, "resource" | "params">,
  { rows, total_count }: { readonly rows: readonly Row[] } & Pick<SourceAnswer, "total_count">,
  hash: Hash,
): Shown {
  const kept = rows.slice(0, rowLimit(resource, params));
  const has_more = rows.length > kept.length;
  if (resource.cursor === undefined) {
    if (has_more && total_count === null) {
      throw internalError(`${fullName(resource)} was cut, and its rows not counted`);
    }
    const shown = resource.shown === "reversed" ? kept.toReversed() : kept;
    return {
      rows: shown,
      next_cursor: null,
      is_truncated: has_more,
      total_count: has_more ? total_count : shown.length,
    };
  }
  const last = has_more ? kept.at(-1) : undefined;
  const next_cursor = last === undefined ? null : writeCursor(resource, { params, row: last }, hash);
  return { rows: kept, next_cursor, is_truncated: null, total_count };
}
