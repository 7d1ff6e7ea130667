import { invalidQuery } from "../kernel/app_error.ts";
import { utcDay } from "../kernel/utc_timestamp.ts";
import type { OtherPerson } from "../access/other_person.ts";
import type { Scope } from "../access/scope.ts";
import { ownParams } from "../read/own_params.ts";
import type { Params } from "../read/source.ts";
import { sourceRequest } from "../read/source_request.ts";
import { fullName, type Resource } from "../resource/resource.ts";
import type { ExportFormat, ExportOrder, Owner } from "./job.ts";

/** A caller's checked wish. */
export interface Wish {
  readonly owner: Owner;
  readonly resource: Resource;
  /** Checked parameters. */
  readonly params: Params;
  readonly scope: Scope;
  /** Whose rows are read, if not the caller's own; `scope` is then this person's. */
  readonly other: OtherPerson | null;
  readonly format: ExportFormat;
  readonly is_gzip: boolean;
  readonly has_bom: boolean;
  readonly link_seconds: number;
  readonly request_id: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Parameters of a resource that say which part of the answer is shown: an export is the whole answer. */
export function partParams({ limit, cursor, total }: Resource): readonly string[] {
  return [typeof limit === "number" ? undefined : limit.param, cursor, total].filter((name) => name !== undefined);
}

/**
 * Refuses parameters that have no meaning in an export.
 *
 * @throws AppError BAD_REQUEST
 */
export function refuseParts(resource: Resource, given: readonly string[]): void {
  const parts = partParams(resource).filter((name) => given.includes(name));
  if (parts.length === 0) return;
  throw invalidQuery(...parts.map((field) => ({ field, reason: "is not for an export, which holds all rows" })));
}

/** The order for the database: the request of the read that would show the same rows, without its limit. */
export function orderOf(wish: Wish): ExportOrder {
  const { resource, params, scope, other, request_id } = wish;
  const day = resource.clock === undefined ? null : utcDay(wish.now);
  const { limit: _, counts: _counts, ...request } = sourceRequest({ resource, params, scope, day });
  const parts = partParams(resource);
  const own = ownParams(resource, params);
  return {
    caller: wish.owner,
    resource: fullName(resource),
    filters: Object.fromEntries(Object.entries(params).filter(([name]) => !parts.includes(name))),
    view: resource.view,
    request: { ...request, order: resource.shown === "reversed" ? request.order.map(turned) : request.order },
    reading: other === null ? null : {
      reader: other.reader === null ? { kind: "secret_key" } : { kind: "user", subject: other.reader },
      relation: other.relation,
      resource: fullName(resource),
      parameters: own,
      request_id,
    },
    format: wish.format,
    is_gzip: wish.is_gzip,
    has_bom: wish.has_bom,
    link_seconds: wish.link_seconds,
  };
}

/** Rows are shown in the opposite of the order in which the latest are found. */
function turned<One extends { readonly direction: "asc" | "desc" }>(one: One): One {
  return { ...one, direction: one.direction === "asc" ? "desc" : "asc" };
}
