import type { z } from "zod";
import { refreshRequest } from "../../shared/read/refresh_request.ts";
import { cacheFigures } from "./cache_figures.ts";
import { strictObject } from "./answer_schemas.ts";
import type { Json } from "./json.ts";
import { jsonSchemaOf } from "./json_schema.ts";
import { pascalCase } from "./names.ts";
import { opsRows, opsTotals } from "./ops_rows.ts";

function propertiesOf(schema: z.ZodObject | undefined): Readonly<Record<string, Json>> {
  return schema === undefined
    ? {}
    : Object.fromEntries(Object.entries(schema.shape).map(([name, one]) => [name, jsonSchemaOf(one)]));
}

/** The schemas of answers that are not resources, see tools/openapi/operator_paths.ts. */
export function operatorSchemas(): Readonly<Record<string, Json>> {
  const lists = Object.entries(opsRows).map(([name, row]) => {
    const meta = strictObject({
      resource: { const: `ops/${name}` },
      row_count: { type: "integer", minimum: 0 },
      next_cursor: { type: ["string", "null"] },
      ...propertiesOf(opsTotals[name]),
    });
    const answer = strictObject({ data: { type: "array", items: jsonSchemaOf(row) }, meta });
    return [`${pascalCase(`ops/${name}`)}Answer`, answer] as const;
  });
  const schema = { type: "object", description: "JSON Schema (draft 2020-12)." };
  return {
    ...Object.fromEntries(lists),
    OpsRefresh: strictObject({
      data: { ...jsonSchemaOf(refreshRequest), description: "The state of a request, and the outcome for each view." },
      meta: strictObject({ resource: { const: "ops/refreshes" } }),
    }),
    OpsAction: strictObject({
      data: { ...jsonSchemaOf(opsRows.actions), description: "What was done, as `/ops/actions` lists it." },
      meta: strictObject({ resource: { const: "ops/actions" } }),
    }),
    OpsCache: strictObject({
      data: { ...jsonSchemaOf(cacheFigures), description: "Since the start of the isolate that answers." },
      meta: strictObject({ resource: { const: "ops/cache" } }),
    }),
    Health: {
      type: "object",
      properties: {
        status: { enum: ["ok", "unknown", "bad"] },
        reasons: { type: "array", items: { type: "string" } },
      },
      required: ["status"],
      additionalProperties: { type: "object", description: "The details of one source of health, by its name." },
    },
    Catalog: strictObject({
      resources: {
        type: "array",
        items: strictObject({
          resource: { type: "string" },
          path: { type: "string" },
          summary: { type: "string" },
          view: { type: "string" },
          access: { type: "string" },
          roles: {
            type: ["object", "null"],
            description: "With `access` member: the rows that each role of an organisation reads.",
            additionalProperties: { type: "string" },
          },
          formats: { type: "array", items: { enum: ["json", "csv"] } },
          minimum_sample: { type: ["object", "null"] },
          max_age_seconds: { type: "integer", minimum: 1 },
          refresh_on_demand: { type: "boolean" },
          params: schema,
          row: schema,
        }),
      },
    }),
  };
}
