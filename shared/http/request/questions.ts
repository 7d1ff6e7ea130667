import { invalidQuery } from "../../kernel/app_error.ts";
import { placeOf } from "../../read/cursor.ts";
import { createQuestion, type Question } from "../../read/question.ts";
import type { Hash } from "../../kernel/ports.ts";
import type { Resource } from "../../resource/resource.ts";
import type { Params } from "../../read/source.ts";
import { chooseFormat } from "./negotiation.ts";
import { parseQuery } from "./query_params.ts";

/** Checks the query string and `Accept` of a request. @throws AppError BAD_REQUEST or NOT_ACCEPTABLE. */
export type CheckQuestion = (search: string, accept: string | null) => Question;

/** The check for one resource. */
export function checkerOf(resource: Resource, hash: Hash): CheckQuestion {
  return (search, accept) => {
    const { format: wanted, max_age, params } = parseQuery(resource, new URLSearchParams(search));
    const place = placeOf(resource, params, hash);
    const format = chooseFormat(resource, { format: wanted, accept });
    if (format === "csv") refuseTotal(resource, params);
    return createQuestion({ resource, params, format, place, max_age }, hash);
  };
}

/** The count would be computed and not shown. */
function refuseTotal(resource: Resource, params: Params): void {
  if (resource.total === undefined || params[resource.total] !== true) return;
  const reason = "is told in meta, which CSV does not have: ask for JSON, or leave it out";
  throw invalidQuery({ field: resource.total, reason });
}
