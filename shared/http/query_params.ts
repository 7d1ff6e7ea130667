import type { z } from "zod";
import { AppError, type FieldError } from "../core/app_error.ts";
import type { Resource } from "../core/resource.ts";
import type { Params } from "../core/source_request.ts";

/** Longer queries are refused unread: no resource needs a tenth of it. */
const LONGEST_QUERY = 2_048;

export interface Query {
  /** The `format` parameter, which every resource has. */
  readonly format: string | undefined;
  readonly params: Params;
}

/**
 * Reads a query string strictly: unknown and repeated parameters are refused, not ignored, because a misspelt filter
 * would silently answer another question.
 *
 * @throws AppError BAD_REQUEST with every faulty field at once.
 */
export function parseQuery(resource: Resource, search: URLSearchParams): Query {
  if (search.toString().length > LONGEST_QUERY) {
    throw refuse([{ field: "(query)", reason: `must be at most ${LONGEST_QUERY} characters` }]);
  }
  const { format, ...given } = takeOnce(search);
  const parsed = resource.params.safeParse(given);
  if (parsed.success) return { format, params: parsed.data };
  throw refuse(parsed.error.issues.flatMap((issue) => describe(issue, resource)));
}

/** Refuses parameters outright: for routes that have none. */
export function refuseParameters(search: URLSearchParams): void {
  const errors = [...new Set(search.keys())].map((name) => ({ field: shown(name), reason: "is not a parameter here" }));
  if (errors.length > 0) throw refuse(errors);
}

export function refuse(errors: readonly FieldError[]): AppError {
  const fields = errors.map(({ field, reason }) => `${field} ${reason}`).join("; ");
  return new AppError("BAD_REQUEST", { detail: `The query is not valid: ${fields}`, errors });
}

function takeOnce(search: URLSearchParams): Record<string, string> {
  const names = [...search.keys()];
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  if (repeated.size > 0) {
    throw refuse([...repeated].map((name) => ({ field: shown(name), reason: "is given more than once" })));
  }
  return Object.fromEntries(search);
}

function describe(issue: z.core.$ZodIssue, resource: Resource): FieldError[] {
  if (issue.code !== "unrecognized_keys") return [{ field: shown(String(issue.path[0])), reason: issue.message }];
  const known = [...Object.keys(resource.params.shape), "format"].join(", ");
  return issue.keys.map((key) => ({
    field: shown(key),
    reason: `is not a parameter of this resource, which has ${known}`,
  }));
}

/** A caller's own words go back short and plain. */
function shown(name: string): string {
  return name.replace(/[^\w.-]/g, "?").slice(0, 64);
}
