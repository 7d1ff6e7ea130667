import type { z } from "zod";
import { actions } from "../../shared/http/routes/ops_actions.ts";
import { incidents } from "../../shared/http/routes/ops_incidents.ts";
import { jobs } from "../../shared/http/routes/ops_jobs.ts";
import { outbox } from "../../shared/http/routes/ops_outbox.ts";
import { runs } from "../../shared/http/routes/ops_runs.ts";
import { views } from "../../shared/http/routes/ops_views.ts";
import { createSampleRig } from "../../tests/support/rigs/http_rig.ts";
import { samplePack } from "../../tests/support/sample_pack/mod.ts";
import { operationsWithRows } from "../../tests/support/fixtures/ops_rows.ts";
import { KEYS } from "../../tests/support/fixtures/tokens.ts";
import { actionPaths } from "./action_paths.ts";
import { ALWAYS, headersNamed, repeatedOf } from "./headers.ts";
import { type Json, ref } from "./json.ts";
import { parameterSchemaOf } from "./json_schema.ts";
import { pascalCase } from "./names.ts";
import type { opsRows } from "./ops_rows.ts";
import { json, pathItem } from "./path_item.ts";
import { problemsOf } from "./problems.ts";
import { runbookPath } from "./runbook_path.ts";
import { refreshPaths } from "./refresh_paths.ts";
import { EXAMPLE_TIME } from "./sample_answers.ts";
import { security } from "./security.ts";

/** The real handler's answer to the secret key, over sample rows. */
async function ask(path: string): Promise<unknown> {
  const rig = createSampleRig({
    now: EXAMPLE_TIME,
    operations: operationsWithRows(),
    resources: samplePack.slice(0, 1),
  });
  return await (await rig.ask(`/analytics${path}`, { headers: { apikey: KEYS.secret } })).json();
}

interface Listed {
  readonly name: keyof typeof opsRows;
  readonly params: z.ZodObject;
  readonly summary: string;
}

const LISTS: readonly Listed[] = [
  { ...incidents, name: "incidents", summary: "Open and closed incidents, newest first, each with its repair" },
  { ...jobs, name: "jobs", summary: "Declared jobs beside the scheduled ones, by name" },
  { ...runs, name: "runs", summary: "What ran, newest first" },
  {
    ...views,
    name: "views",
    summary: "Registered views with their age, size, last refreshes and what these cost, by name",
  },
  { ...outbox, name: "outbox", summary: "Alerts, newest incident first, and how many of all wait" },
  { ...actions, name: "actions", summary: "What operators did over HTTP, newest first" },
];

async function listPath({ name, params, summary }: Listed): Promise<readonly [string, Json]> {
  const path = `/ops/${name}`;
  const parameters = Object.entries(params.shape).map(([param, schema]) => ({
    name: param,
    in: "query",
    required: false,
    description: PARAMETERS[param] ?? `Only rows whose \`${param}\` is this.`,
    schema: parameterSchemaOf(schema),
  }));
  const description = "For administrators and the secret key. Never stored by a cache.";
  const responses = {
    "200": json("A page of the list.", ref("schemas", `${pascalCase(path)}Answer`), await ask(path)),
    ...problemsOf("BAD_REQUEST", "UNAUTHENTICATED", "FORBIDDEN", "RATE_LIMITED", "INTERNAL", "SOURCE_UNAVAILABLE"),
  };
  const operation = { path, summary, description, security: security.operators, tag: "ops" as const };
  return [path, pathItem({ ...operation, parameters, responses })];
}

const PARAMETERS: Readonly<Record<string, string>> = {
  cursor: "`next_cursor` of the previous page.",
  limit: "The most rows of a page.",
};

/** Every path that is not a resource. */
export async function operatorPaths(): Promise<Json> {
  const problems = problemsOf("BAD_REQUEST", "UNAUTHENTICATED", "RATE_LIMITED", "INTERNAL");
  const catalog = pathItem({
    path: "/catalog",
    summary: "Every resource with its parameters and columns, for people",
    description: "The same for every caller.",
    security: security.anybody,
    tag: "about",
    responses: {
      "200": json("The resources.", ref("schemas", "Catalog"), await ask("/catalog")),
      ...problems,
    },
  });
  const openapi = pathItem({
    path: "/openapi.json",
    summary: "This document",
    description: "The same for every caller.",
    security: security.anybody,
    tag: "about",
    parameters: [ref("parameters", "IfNoneMatch")],
    responses: {
      "200": {
        description: "An OpenAPI 3.1 document.",
        headers: headersNamed("ETag", "Cache-Control", ...ALWAYS),
        content: { "application/json": { schema: { type: "object", required: ["openapi", "paths"] } } },
      },
      "304": {
        description: "The document has not changed.",
        headers: headersNamed("ETag", "Cache-Control", ...repeatedOf(ALWAYS)),
      },
      ...problems,
    },
  });
  return {
    "/catalog": catalog,
    "/openapi.json": openapi,
    "/health": await healthPath(),
    ...Object.fromEntries(await Promise.all(LISTS.map(listPath))),
    "/ops/cache": await cachePath(),
    ...await refreshPaths(),
    ...await actionPaths(),
    "/runbook/{page}": runbookPath(),
  };
}

async function cachePath(): Promise<Json> {
  const { data, ...answer } = await ask("/ops/cache") as { readonly data: { readonly isolate: object } };
  // The same in every document.
  const isolate = { ...data.isolate, isolate_id: "00000000-0000-4000-8000-000000000000" };
  const { "503": _, ...problems } = problemsOf(
    "BAD_REQUEST",
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "RATE_LIMITED",
    "INTERNAL",
  );
  return pathItem({
    path: "/ops/cache",
    summary: "What the caches of the answering isolate did since its start",
    description:
      "For administrators and the secret key. A deployment has many isolates, which come and go, and a request reaches any " +
      "of them: these are no totals, which are in the function's log.",
    security: security.operators,
    tag: "ops",
    responses: {
      "200": json("The figures of one isolate.", ref("schemas", "OpsCache"), { ...answer, data: { ...data, isolate } }),
      ...problems,
    },
  });
}

async function healthPath(): Promise<Json> {
  const kept = headersNamed("Cache-Control", ...ALWAYS);
  const content = (example: unknown) => ({ "application/json": { schema: ref("schemas", "Health"), example } });
  const rig = createSampleRig({ now: EXAMPLE_TIME });
  const well = await (await rig.ask("/analytics/health", { anonymous: true })).json();
  rig.source.is_down = true;
  rig.clock.advance(5_000);
  const unwell = await (await rig.ask("/analytics/health", { anonymous: true })).json();
  const { "503": _, ...problems } = problemsOf("BAD_REQUEST", "UNAUTHENTICATED", "RATE_LIMITED", "INTERNAL");
  return pathItem({
    path: "/health",
    summary: "The state of the deployment in one word: ok, unknown or bad",
    description: "Reasons and details for administrators and the secret key. Needs no credential.",
    security: [{}, ...security.anybody],
    tag: "about",
    responses: {
      "200": { description: "Everything is known to be well.", headers: kept, content: content(well) },
      "503": { description: "Something is wrong, or the state is unknown.", headers: kept, content: content(unwell) },
      ...problems,
    },
  });
}
