import { ALWAYS, headersNamed } from "./headers.ts";
import type { Json } from "./json.ts";
import { pascalCase } from "./names.ts";

/** One path of the document that is not a resource. */
export interface Operation {
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly security: readonly Json[];
  readonly tag: "about" | "ops";
  readonly parameters?: readonly Json[];
  readonly responses: Json;
}

/** The path item of a GET, with its HEAD. */
export function pathItem({ path, tag, responses, parameters = [], ...operation }: Operation): Json {
  const word = pascalCase(path);
  const { "200": well } = responses as { readonly "200": Json };
  const head = { description: "The headers of GET.", headers: well.headers };
  const failed = { description: "The status and headers of GET's answer.", headers: headersNamed(...ALWAYS) };
  return {
    ...(parameters.length > 0 ? { parameters } : {}),
    get: { operationId: `get${word}`, ...operation, tags: [tag], responses },
    head: {
      operationId: `head${word}`,
      summary: `${operation.summary} (headers only)`,
      description: "The status and headers of GET, and no body.",
      security: operation.security,
      tags: [tag],
      responses: { "200": head, default: failed },
    },
  };
}

/** An answer in JSON, with an example. */
export function json(description: string, schema: Json, example: unknown): Json {
  const kept = headersNamed("Cache-Control", ...ALWAYS);
  return { description, headers: kept, content: { "application/json": { schema, example } } };
}
