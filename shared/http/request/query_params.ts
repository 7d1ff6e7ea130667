import type { z } from "zod";
import { type FieldError, invalidQuery } from "../../kernel/app_error.ts";
import { LONGEST_CURSOR } from "../../resource/cursor_text.ts";
import { periodFaults } from "./period.ts";
import type { Resource } from "../../resource/resource.ts";
import type { Params } from "../../read/source.ts";

/** Longer queries are refused unparsed: no resource needs a tenth of it, except for a cursor, which may hold long texts. */
const LONGEST_QUERY = 2_048;

/** supabase-js adds it for a client with a region; it is for the platform, and not part of the question. */
const PLATFORM_PARAMETER = "forceFunctionRegion";

export interface Query {
  /** The `format` parameter, which every resource has. */
  readonly format: string | undefined;
  /** The `max_age` parameter, which every resource has, in seconds. */
  readonly max_age: number | null;
  readonly params: Params;
}

/**
 * Reads a query string strictly: unknown and repeated parameters are refused, not ignored, because a misspelt filter
 * would silently answer another question.
 *
 * @throws AppError BAD_REQUEST with every faulty field at once.
 */
export function parseQuery(resource: Resource, search: URLSearchParams): Query {
  const { format, max_age, ...given } = takeOnce(search);
  const params = parse(resource.params, given, ["format", "max_age"]);
  const faults = periodFaults(params);
  if (faults.length > 0) throw invalidQuery(...faults);
  return { format, max_age: parseAge(max_age), params };
}

/** The same for a path that is not a resource, and so has no `format`. */
export function parseParams<Schema extends z.ZodObject>(schema: Schema, search: URLSearchParams): z.output<Schema> {
  return parse(schema, takeOnce(search), []);
}

/** Refuses all parameters: for routes that have none. */
export function refuseParameters(search: URLSearchParams): void {
  const names = [...new Set(search.keys())].filter((name) => name !== PLATFORM_PARAMETER);
  const errors = names.map((name) => ({ field: shown(name), reason: "is not a parameter here" }));
  if (errors.length > 0) throw invalidQuery(...errors);
}

function parse<Schema extends z.ZodObject>(
  schema: Schema,
  given: Record<string, string>,
  others: readonly string[],
): z.output<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const known = [...Object.keys(schema.shape), ...others].join(", ");
  throw invalidQuery(...parsed.error.issues.flatMap((issue) => describe(issue, known)));
}

function parseAge(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw invalidQuery({ field: "max_age", reason: "must be a whole number of seconds, at least 1" });
}

function takeOnce(search: URLSearchParams): Record<string, string> {
  const cursor_length = Math.min(search.get("cursor")?.length ?? 0, LONGEST_CURSOR);
  if (search.toString().length - cursor_length > LONGEST_QUERY) {
    throw invalidQuery({ field: "(query)", reason: `must be at most ${LONGEST_QUERY} characters, without its cursor` });
  }
  const names = [...search.keys()];
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  if (repeated.size > 0) {
    throw invalidQuery(...[...repeated].map((name) => ({ field: shown(name), reason: "is given more than once" })));
  }
  const { [PLATFORM_PARAMETER]: _, ...given } = Object.fromEntries(search);
  return given;
}

function describe(issue: z.core.$ZodIssue, known: string): FieldError[] {
  if (issue.code !== "unrecognized_keys") return [{ field: shown(String(issue.path[0])), reason: issue.message }];
  return issue.keys.map((key) => ({
    field: shown(key),
    reason: `is not a parameter of this resource, which has ${known}`,
  }));
}

/** Text from the caller is shortened and stripped before it is repeated. */
export function shown(name: string): string {
  return name.replace(/[^\w.-]/g, "?").slice(0, 64);
}
