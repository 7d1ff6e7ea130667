import { placeOf, writeCursor } from "./cursor.ts";
import type { Hash } from "./hash.ts";
import type { Resource } from "./resource.ts";
import type { Row } from "./row_check.ts";
import type { SourceRequest } from "./source.ts";
import { type Params, rowLimit } from "./source_request.ts";

interface Asked {
  readonly resource: Resource;
  readonly params: Params;
}

/** Narrows a request to one page: what lies after the cursor, and one row more, which tells whether a page follows. */
export function pageRequest({ resource, params }: Asked, request: SourceRequest, hash: Hash): SourceRequest {
  if (resource.cursor === undefined) return request;
  const values = placeOf(resource, params, hash);
  const columns = resource.order.map(({ column }) => column);
  const op = resource.order[0]?.direction === "desc" ? "before" : "after";
  const beyond = values === null ? [] : [{ op, columns, values } as const];
  return { ...request, filters: [...request.filters, ...beyond], limit: request.limit + 1 };
}

/** The rows that are shown, and where the next page begins. */
export function cutPage(
  { resource, params }: Asked,
  rows: readonly Row[],
  hash: Hash,
): { readonly rows: readonly Row[]; readonly next_cursor: string | null } {
  if (resource.cursor === undefined) return { rows, next_cursor: null };
  const shown = rows.slice(0, rowLimit(resource, params));
  const last = shown.at(-1);
  const is_last_page = rows.length === shown.length || last === undefined;
  return { rows: shown, next_cursor: is_last_page ? null : writeCursor(resource, { params, row: last }, hash) };
}
