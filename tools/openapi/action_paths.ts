import type { z } from "zod";
import { muteBody, whyBody } from "../../shared/http/routes/serve_actions.ts";
import { actionPage } from "../../shared/ops/actions.ts";
import { FakeOperations } from "../../tests/support/fakes/operations.ts";
import { FakeRefreshes, requestOf } from "../../tests/support/fakes/refreshes.ts";
import { ACTION } from "../../tests/support/fixtures/ops_rows.ts";
import { KEYS } from "../../tests/support/fixtures/tokens.ts";
import { createSampleRig } from "../../tests/support/rigs/http_rig.ts";
import { ALWAYS, headersNamed } from "./headers.ts";
import { type Json, ref } from "./json.ts";
import { jsonSchemaOf } from "./json_schema.ts";
import { pascalCase } from "./names.ts";
import { json } from "./path_item.ts";
import { problemsOf } from "./problems.ts";
import { EXAMPLE_TIME } from "./sample_answers.ts";
import { security } from "./security.ts";

const PROBLEMS = [
  "BAD_REQUEST",
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "NOT_FOUND",
  "CONTENT_TOO_LARGE",
  "RATE_LIMITED",
  "INTERNAL",
  "SOURCE_UNAVAILABLE",
] as const;

const RECORDED = "For administrators and the secret key. Recorded with who did it, see `/ops/actions`.";

interface JobPath {
  readonly action: "mute" | "unmute" | "adopt";
  readonly summary: string;
  readonly description: string;
  readonly body: z.ZodObject;
  readonly sent: object;
}

const JOB_PATHS: readonly JobPath[] = [
  {
    action: "mute",
    summary: "Hold back the alerts of a job for a while",
    description: `${RECORDED} Incidents are recorded meanwhile. For declared jobs; it ends within 30 days.`,
    body: muteBody,
    sent: { until: new Date(EXAMPLE_TIME + 7_200_000).toISOString(), reason: "The source is being migrated" },
  },
  { action: "unmute", summary: "End the mute of a job", description: RECORDED, body: whyBody, sent: {} },
  {
    action: "adopt",
    summary: "Declare a job as it is scheduled now",
    description: `${RECORDED} From then on the audit says when it is missing, late or another. pg_cron is not changed.`,
    body: whyBody,
    sent: { reason: "Scheduled by hand last week" },
  },
];

function nameOf(what: string): Json {
  return {
    name: "name",
    in: "path",
    required: true,
    description: `The name of the ${what}, percent-encoded, as the list shows it.`,
    schema: { type: "string", minLength: 1, maxLength: 200 },
  };
}

function bodyOf(schema: z.ZodObject, sent: object): Json {
  return {
    required: schema === muteBody,
    content: { "application/json": { schema: jsonSchemaOf(schema, "output"), example: sent } },
  };
}

async function jobPath({ action, summary, description, body, sent }: JobPath): Promise<readonly [string, Json]> {
  const path = `/ops/jobs/{name}/${action}`;
  const operations = new FakeOperations();
  const shown = {
    ...ACTION,
    action,
    reason: null,
    ...sent,
    muted_until: action === "mute" ? ACTION.muted_until : null,
  };
  const [done] = actionPage.parse({ rows: [shown], next_cursor: null }).rows;
  if (done !== undefined) operations.acts.set("refresh-mv_a", done);
  const rig = createSampleRig({ now: EXAMPLE_TIME, operations });
  const headers = { apikey: KEYS.secret, "content-type": "application/json" };
  const asked = { method: "POST", headers, body: JSON.stringify(sent) };
  const example = await (await rig.ask(`/analytics/ops/jobs/refresh-mv_a/${action}`, asked)).json();
  const operation = {
    operationId: `post${pascalCase(`ops/jobs/${action}`)}`,
    summary,
    description,
    security: security.operators,
    tags: ["ops"],
    requestBody: bodyOf(body, sent),
    responses: {
      "200": json("It is done.", ref("schemas", "OpsAction"), example),
      ...problemsOf(...PROBLEMS, "CONFLICT"),
    },
  };
  return [path, { parameters: [nameOf("job")], post: operation }];
}

/** What operators do: to a job, and a refresh of one view. */
export async function actionPaths(): Promise<Json> {
  const refreshes = new FakeRefreshes();
  refreshes.work = (view) => Promise.resolve(requestOf({ [view]: null }));
  const rig = createSampleRig({ now: EXAMPLE_TIME, refreshes });
  const asked = { method: "POST", headers: { apikey: KEYS.secret } };
  const example = await (await rig.ask("/analytics/ops/views/mv_agent_progress/refresh", asked)).json();
  return {
    ...Object.fromEntries(await Promise.all(JOB_PATHS.map(jobPath))),
    "/ops/views/{name}/refresh": {
      parameters: [nameOf("view")],
      post: {
        operationId: "postOpsViewsRefresh",
        summary: "Ask for a refresh of one view, with a reason",
        description: `${RECORDED} Otherwise as POST /ops/refresh.`,
        security: security.operators,
        tags: ["ops"],
        requestBody: bodyOf(whyBody, { reason: "The import was late" }),
        responses: {
          "202": {
            description: "The request is queued, or one already was.",
            headers: headersNamed("Location", "Cache-Control", ...ALWAYS),
            content: { "application/json": { schema: ref("schemas", "OpsRefresh"), example } },
          },
          ...problemsOf(...PROBLEMS),
        },
      },
    },
  };
}
