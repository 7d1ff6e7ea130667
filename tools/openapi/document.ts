import { ERROR_STATUS } from "../../shared/kernel/app_error.ts";
import { fullName, type Resource } from "../../shared/resource/resource.ts";
import { answerSchemas, strictObject } from "./answer_schemas.ts";
import { readComments } from "./column_comments.ts";
import { exportPaths, exportSchema } from "./export_paths.ts";
import { headers } from "./headers.ts";
import type { Json } from "./json.ts";
import { operatorPaths } from "./operator_paths.ts";
import { operatorSchemas } from "./operator_schemas.ts";
import { sharedParameters } from "./parameters.ts";
import { problemResponses, provokeProblems } from "./problems.ts";
import { resourcePath, sharedResponses } from "./resource_paths.ts";
import { securitySchemes } from "./security.ts";
import { serversOf } from "./servers.ts";

const DESCRIPTION = `Typed, authorised, pre-computed rows, and how old they are.

Every answer of a resource carries an \`ETag\`: send it back in \`If-None-Match\`, and an unchanged answer is a 304.
\`Age\` is the time since the rows were last known to equal their sources; \`Freshet-Stale: ?1\` marks what is older than its
objective. Errors are problem JSON (RFC 9457) with a stable \`code\`. Parameters that are unknown or repeated are refused.
Every example is a real answer, over made-up rows.`;

/** The OpenAPI 3.1 document of the functions that callers use: reads, and exports. */
export async function createDocument(resources: readonly Resource[]): Promise<Json> {
  const comments = await readComments();
  const problems = await provokeProblems();
  const paths = await Promise.all(
    resources.map(async (resource) => [`/${fullName(resource)}`, await resourcePath(resource)]),
  );
  const packs = [...new Set(resources.map(({ pack }) => pack))].sort();
  return {
    openapi: "3.1.1",
    info: {
      title: "Freshet analytics",
      version: "1",
      description: DESCRIPTION,
      contact: { name: "The operators of this project" },
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: serversOf("/analytics"),
    tags: [
      ...packs.map((pack) => ({ name: pack, description: `Resources of the pack ${pack}.` })),
      { name: "about", description: "The API itself: its resources and its health." },
      { name: "export", description: "All rows of a resource in one file." },
      { name: "ops", description: "For operators: scheduled jobs, their runs, incidents, and refreshes by hand." },
    ],
    paths: { ...Object.fromEntries(paths), ...await operatorPaths(), ...await exportPaths() },
    components: {
      schemas: {
        ...Object.assign({}, ...resources.map((resource) => answerSchemas(resource, comments))),
        ...operatorSchemas(),
        Export: exportSchema,
        Problem: problemSchema(problems.map(({ value }) => value)),
      },
      responses: {
        ...sharedResponses,
        ...problemResponses(problems),
      },
      parameters: sharedParameters,
      headers,
      securitySchemes,
    },
  };
}

function problemSchema(examples: readonly Json[]): Json {
  const { errors, remedy, age_seconds, max_age_seconds, next_refresh_at, ...always } = {
    type: { type: "string", format: "uri-reference" },
    title: { type: "string" },
    status: { type: "integer", minimum: 400, maximum: 599 },
    code: { enum: Object.keys(ERROR_STATUS) },
    detail: { type: "string", description: "What is wrong, and what to do." },
    request_id: { type: "string", format: "uuid" },
    errors: {
      type: "array",
      items: strictObject({ field: { type: "string" }, reason: { type: "string" } }),
      description: "Every parameter that was refused.",
    },
    remedy: {
      type: "string",
      description: "With `INTERNAL`, for admins and the secret key: what the deployment lacks, and how to fix it.",
    },
    age_seconds: { type: "integer", minimum: 0, description: "With `TOO_STALE`: the age of the rows." },
    max_age_seconds: { type: "integer", minimum: 1, description: "With `TOO_STALE`: the age that was demanded." },
    next_refresh_at: {
      type: ["string", "null"],
      format: "date-time",
      description: "With `TOO_STALE`: when the next refresh starts; null if it is unknown.",
    },
  };
  const schema = strictObject(always);
  return {
    ...schema,
    properties: { ...always, errors, remedy, age_seconds, max_age_seconds, next_refresh_at },
    examples,
  };
}
