import { internalError } from "./app_error.ts";
import { type Filter, fullName, type Resource } from "./resource.ts";
import type { Scope } from "./scope.ts";
import type { SourceFilter, SourceRequest } from "./source.ts";

export type Params = Readonly<Record<string, unknown>>;

/** Turns a resource, its checked parameters and the caller's scope into one question for the database. */
export function sourceRequest(resource: Resource, params: Params, scope: Scope): SourceRequest {
  const filters = resource.filters.flatMap((filter) => narrow(filter, params[filter.param]));
  const { minimum_sample } = resource;
  if (minimum_sample !== null) {
    filters.push({ column: minimum_sample.column, op: "gte", value: minimum_sample.at_least });
  }
  return {
    columns: resource.columns,
    filters,
    scope: scope.restriction,
    order: resource.order,
    limit: rowLimit(resource, params),
  };
}

function narrow(filter: Filter, given: unknown): SourceFilter[] {
  if (given === undefined) return [];
  const value = filter.values === undefined ? given : filter.values[String(given)];
  return value === null || value === undefined ? [] : [{ column: filter.column, op: filter.op, value }];
}

export function rowLimit(resource: Resource, params: Params): number {
  const limit = typeof resource.limit === "number" ? resource.limit : params[resource.limit.param];
  if (typeof limit !== "number") throw internalError(`the limit of ${fullName(resource)} is no number`);
  return limit;
}
