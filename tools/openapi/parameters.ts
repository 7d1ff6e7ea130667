import { z } from "zod";
import type { Resource } from "../../shared/resource/resource.ts";
import type { Filter } from "../../shared/resource/definition.ts";
import { type Json, ref } from "./json.ts";
import { parameterSchemaOf } from "./json_schema.ts";

const MEANINGS: Readonly<Record<Filter["op"], string>> = {
  eq: "is this",
  in: "is among the values of this word",
  gte: "is this or later",
  lte: "is this or earlier",
  gt: "is later than this",
  lt: "is earlier than this",
};

/** The query parameters of a resource, and the request headers that every resource has. */
export function parametersOf(resource: Resource, examples: Readonly<Record<string, string>>): Json[] {
  const own = Object.entries(resource.params.shape).map(([name, schema]) => ({
    name,
    in: "query",
    required: !z.safeParse(schema, undefined).success,
    description: describe(resource, name, schema),
    schema: parameterSchemaOf(schema),
    ...(examples[name] === undefined ? {} : { example: examples[name] }),
  }));
  const format = {
    name: "format",
    in: "query",
    required: false,
    description: "The format of the answer; takes precedence over `Accept`.",
    schema: { type: "string", enum: resource.formats },
  };
  return [...own, format, ref("parameters", "MaxAge"), ref("parameters", "IfNoneMatch")];
}

/** The description of a parameter, from the resource's definition. */
function describe(resource: Resource, name: string, schema: z.core.$ZodType): string {
  if (name === resource.cursor) return "`next_cursor` of the previous page. It is valid with the same filters only.";
  if (resource.access.scope === "person" && name === resource.access.param) {
    return "Whose rows: another person's, for a caller that may read them, and then no cache is used. Left out, or the " +
      "caller's own id: the caller's own rows. The secret key has to send it.";
  }
  if (name === resource.total) return "Whether `meta.total_count` counts the rows of all pages.";
  if (typeof resource.limit === "object" && name === resource.limit.param) {
    return resource.cursor === undefined ? "The most rows of the answer." : "The most rows of a page.";
  }
  const filters = resource.filters.filter(({ param }) => param === name);
  if (filters.length === 0) return "An input of the computation.";
  const sentences = filters.map(({ column, op }) => `Only rows whose \`${column}\` ${MEANINGS[op]}.`);
  return [...sentences, ...(standsForWeek(schema) ? ["Any day stands for the Monday of its ISO week."] : [])].join(" ");
}

/** Whether the schema maps a day to its Monday, tried with 2026-01-07, a Wednesday. */
function standsForWeek(schema: z.core.$ZodType): boolean {
  return z.safeParse(schema, "2026-01-07").data === "2026-01-05";
}

/** Parameters that several operations share. */
export const sharedParameters: Readonly<Record<string, Json>> = {
  MaxAge: {
    name: "max_age",
    in: "query",
    required: false,
    description:
      "The greatest acceptable `Age` of the rows, in seconds; older rows are a 503 `TOO_STALE`. The request " +
      "header `Cache-Control: max-age=<seconds>` says the same.",
    schema: { type: "integer", minimum: 1, maximum: 999_999_999 },
  },
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    required: false,
    description: "`ETag` of the client's cached answer: if it is unchanged, the answer is a 304 without a body.",
    schema: { type: "string" },
  },
};
