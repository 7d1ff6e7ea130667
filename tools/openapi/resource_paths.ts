import type { ErrorCode } from "../../shared/kernel/app_error.ts";
import type { Resource } from "../../shared/resource/resource.ts";
import type { MinimumSample } from "../../shared/resource/definition.ts";
import { sampleQuery, sampleRow } from "../../tests/support/fixtures/sample_values.ts";
import { ALWAYS, FRESHNESS, type HeaderName, headersNamed, repeatedOf } from "./headers.ts";
import { type Json, ref } from "./json.ts";
import { wordOf } from "./names.ts";
import { parametersOf } from "./parameters.ts";
import { problemsOf } from "./problems.ts";
import { sampleAnswers } from "./sample_answers.ts";
import { securityOf, whoMayRead } from "./security.ts";

/** Headers about a body's encoding and its file name. */
const OF_BODIES = ["Content-Encoding", "Content-Disposition"] as const;

/** Headers about the length of a CSV that is not paged. */
const OF_LISTS = ["Freshet-Truncated", "Freshet-Total-Count"] as const;

const WITHHELD = "Freshet-Withheld-Count" as const;

/** The path item of a resource: GET, and HEAD. */
export async function resourcePath(resource: Resource): Promise<Json> {
  const word = wordOf(resource);
  const shared = {
    tags: [resource.pack],
    security: securityOf(resource.access),
    "x-max-age-seconds": resource.max_age_seconds,
  };
  return {
    parameters: parametersOf(resource, sampleQuery(resource, sampleRow(resource, 1))),
    get: {
      operationId: `get${word}`,
      summary: resource.summary,
      description: describe(resource),
      ...shared,
      responses: {
        "200": await answer(resource),
        "304": ref("responses", "NotModified"),
        ...problemsOf(...codesOf(resource)),
      },
    },
    head: {
      operationId: `head${word}`,
      summary: `${resource.summary} (headers only)`,
      description: "The status and headers of GET, and no body.",
      ...shared,
      responses: headResponses(resource),
    },
  };
}

function describe(resource: Resource): string {
  const { minimum_sample: guard } = resource;
  return [
    whoMayRead(resource.access),
    ...(guard === null ? [] : [guardOf(guard)]),
    ...(resource.cursor === undefined ? [] : ["Served a page at a time."]),
  ].join(" ");
}

function guardOf({ column, at_least, except = [] }: MinimumSample): string {
  const rule = `Rows with \`${column}\` below ${at_least} never leave the API; \`meta.withheld_count\` counts them.`;
  if (except.length === 0) return rule;
  return `${rule} Callers that may read each source row still get them: ${
    except.join(", ")
  }, administrators and the secret key.`;
}

function codesOf({ access }: Resource): ErrorCode[] {
  return [
    "BAD_REQUEST",
    "UNAUTHENTICATED",
    ...(access.scope === "public" ? [] : ["FORBIDDEN" as const]),
    "NOT_ACCEPTABLE",
    "RATE_LIMITED",
    "INTERNAL",
    "NOT_READY",
    "TOO_STALE",
  ];
}

async function answer(resource: Resource): Promise<Json> {
  const { json, csv } = await sampleAnswers(resource);
  const missing = lengthHeaders(resource);
  return {
    description: "The rows, with their age and version in `meta`.",
    headers: headersNamed(...FRESHNESS, ...missing, ...OF_BODIES),
    content: {
      "application/json": { schema: ref("schemas", `${wordOf(resource)}Answer`), example: json },
      ...(resource.formats.includes("csv") ? { "text/csv": { schema: { type: "string" }, example: csv } } : {}),
    },
  };
}

/** Headers about rows that are not in the answer: beyond it, or withheld. */
function lengthHeaders({ cursor, total, minimum_sample }: Resource): HeaderName[] {
  const withheld = minimum_sample === null ? [] : [WITHHELD];
  if (cursor === undefined) return [...OF_LISTS, ...withheld];
  return [...(total === undefined ? ["Link" as const] : ["Link", "Freshet-Total-Count"] as const), ...withheld];
}

function headResponses(resource: Resource): Json {
  return {
    "200": ref("responses", resource.cursor === undefined ? "HeadOfRows" : "HeadOfPage"),
    "304": ref("responses", "NotModified"),
    default: ref("responses", "HeadOfProblem"),
  };
}

/** Responses that all resources share. */
export const sharedResponses: Readonly<Record<string, Json>> = {
  NotModified: {
    description: "The client's cached answer is current.",
    headers: headersNamed(...repeatedOf(FRESHNESS)),
  },
  HeadOfRows: {
    description: "The headers of GET.",
    headers: headersNamed(...FRESHNESS, ...OF_LISTS, WITHHELD, ...OF_BODIES),
  },
  HeadOfPage: {
    description: "The headers of GET.",
    headers: headersNamed(...FRESHNESS, "Link", "Freshet-Total-Count", WITHHELD, ...OF_BODIES),
  },
  HeadOfProblem: { description: "A problem without its body.", headers: headersNamed("Cache-Control", ...ALWAYS) },
};
