import { z } from "zod";
import { meaningOf } from "../../shared/http/routes/parameter_meaning.ts";
import type { Resource } from "../../shared/resource/resource.ts";
import { type Json, ref } from "./json.ts";
import { parameterSchemaOf } from "./json_schema.ts";

/** The query parameters of a resource, and the request headers that every resource has. */
export function parametersOf(resource: Resource, examples: Readonly<Record<string, string>>): Json[] {
  const own = Object.entries(resource.params.shape).map(([name, schema]) => ({
    name,
    in: "query",
    required: !z.safeParse(schema, undefined).success,
    description: meaningOf(resource, name),
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
