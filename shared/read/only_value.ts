import type { Scope } from "../access/scope.ts";
import type { Resource } from "../resource/resource.ts";
import { valueOf } from "./wanted_value.ts";

/** What decides which rows an answer holds, besides the source. */
export interface Narrowed {
  readonly resource: Pick<Resource, "access" | "confined" | "filters">;
  /** Checked parameters, by name. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly scope: Scope;
}

/** A column of which everything that an answer rests on has one value. */
export interface Confined {
  readonly column: string;
  readonly value: string;
}

/** The only value that the column may have in rows of the answer: the scope or a filter demands it. Null without such a demand. */
export function onlyValue(column: string, { resource, params, scope: { restriction } }: Narrowed): string | null {
  if (restriction !== null && restriction.column === column && restriction.relation === null) return restriction.value;
  if (restriction?.org?.column === column) return restriction.org.value;
  for (const filter of resource.filters) {
    if (filter.column !== column || filter.op !== "eq") continue;
    const value = valueOf(filter, params[filter.param]);
    if (value !== null) return String(value);
  }
  return null;
}

/** What the resource declares its answers confined to; null where the caller may read several of its values, or nothing is declared. */
export function confinedTo(narrowed: Narrowed): Confined | null {
  const { access, confined } = narrowed.resource;
  if (confined !== true) return null;
  const column = access.scope === "member" ? access.org : "column" in access ? access.column : null;
  const value = column === null ? null : onlyValue(column, narrowed);
  return column === null || value === null ? null : { column, value };
}
