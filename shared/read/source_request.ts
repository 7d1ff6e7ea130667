import { internalError } from "../kernel/app_error.ts";
import { fullName, type Resource } from "../resource/resource.ts";
import type { Filter } from "../resource/definition.ts";
import type { Scope } from "../access/scope.ts";
import type { Miss } from "./miss.ts";
import { ownParams } from "./own_params.ts";
import type { Question } from "./question.ts";
import { confinedTo } from "./only_value.ts";
import type { Params, SourceFilter, SourceRequest } from "./source.ts";
import { valueOf } from "./wanted_value.ts";

/** Turns a resource, its checked parameters and the caller's scope into the request that is sent to SQL. */
export function sourceRequest(
  { resource, params, scope, day }: Pick<Question, "resource" | "params"> & Pick<Miss, "scope" | "day">,
): SourceRequest {
  const filters = resource.filters.flatMap((filter) => narrow(filter, params[filter.param]));
  const { listed, minimum_sample } = resource;
  if (listed !== undefined) filters.push({ column: listed.column, op: "listed", value: listed.in });
  if (minimum_sample !== null && scope.is_insider !== true) {
    filters.push({ column: minimum_sample.column, op: "gte", value: minimum_sample.at_least, is_guard: true });
  }
  const org = orgOf(resource, filters, scope);
  const confined_to = confinedTo({ resource, params, scope });
  return {
    columns: resource.columns,
    filters,
    scope: scope.restriction,
    order: resource.order,
    limit: rowLimit(resource, params),
    reads: resource.reads ?? [],
    ...(confined_to === null ? {} : { confined_to }),
    ...(resource.through === undefined ? {} : { through: resource.through }),
    ...(resource.reading === undefined ? {} : {
      reading: {
        name: resource.reading,
        asked: { params: ownParams(resource, params), today: day, org, ...personOf(resource, scope) },
      },
    }),
    counts: resource.total !== undefined && params[resource.total] === true,
  };
}

/** The organisation in the caller's claims, or the one an administrator asks for. */
function orgOf({ access }: Resource, filters: readonly SourceFilter[], { restriction }: Scope): string | null {
  if (access.scope !== "member") return null;
  if (restriction !== null) return restriction.org?.value ?? restriction.value;
  const asked = filters.find((filter) => "column" in filter && filter.column === access.org && filter.op === "eq");
  return asked !== undefined && "value" in asked ? String(asked.value) : null;
}

/** The person of the scope. A reading must compute for one person only: its rows are restricted afterwards. */
function personOf({ access }: Resource, { restriction }: Scope): { readonly person?: string } {
  return access.scope === "person" && restriction !== null ? { person: restriction.value } : {};
}

function narrow(filter: Filter, given: unknown): SourceFilter[] {
  const value = valueOf(filter, given);
  return value === null ? [] : [{ column: filter.column, op: filter.op, value }];
}

export function rowLimit(resource: Resource, params: Params): number {
  const limit = typeof resource.limit === "number" ? resource.limit : params[resource.limit.param];
  if (typeof limit !== "number") throw internalError(`the limit of ${fullName(resource)} is no number`);
  return limit;
}
