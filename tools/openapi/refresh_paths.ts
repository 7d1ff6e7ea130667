import { refreshParams } from "../../shared/http/routes/serve_refreshes.ts";
import { FakeRefreshes, requestOf } from "../../tests/support/fakes/refreshes.ts";
import { createSampleRig } from "../../tests/support/rigs/http_rig.ts";
import { KEYS } from "../../tests/support/fixtures/tokens.ts";
import { ALWAYS, headersNamed } from "./headers.ts";
import { type Json, ref } from "./json.ts";
import { parameterSchemaOf } from "./json_schema.ts";
import { json, pathItem } from "./path_item.ts";
import { problemsOf } from "./problems.ts";
import { EXAMPLE_TIME } from "./sample_answers.ts";
import { security } from "./security.ts";

const schema = ref("schemas", "OpsRefresh");

const PARAMETERS: Readonly<Record<string, string>> = {
  view: "The view to refresh.",
  pack: "The pack whose views to refresh, sources before the views that read them.",
};

const PROBLEMS = ["UNAUTHENTICATED", "FORBIDDEN", "RATE_LIMITED", "INTERNAL", "SOURCE_UNAVAILABLE"] as const;

/** The refresh queue: requesting a refresh, and reading its state. */
export async function refreshPaths(): Promise<Json> {
  const refreshes = new FakeRefreshes();
  refreshes.work = (view) => Promise.resolve(requestOf({ [view]: null }));
  refreshes.known.set(13, requestOf({ mv_agent_progress: "refreshed", mv_weakness_patterns: "failed" }, 13));
  const rig = createSampleRig({ now: EXAMPLE_TIME, refreshes });
  const ask = async (path: string, method: string): Promise<unknown> =>
    await (await rig.ask(`/analytics/ops/${path}`, { method, headers: { apikey: KEYS.secret } })).json();
  return {
    "/ops/refresh": {
      post: {
        operationId: "postOpsRefresh",
        summary: "Ask for a refresh of one view, or of one pack",
        description:
          "For administrators and the secret key. A job of the database refreshes within seconds, with the view's own " +
          "time limit. If a request for the same is already waiting, the answer is that request; a running one may have " +
          "begun before the caller's write, so it does not count. Administrators: once a minute for each view.",
        security: security.operators,
        tags: ["ops"],
        parameters: Object.entries(refreshParams.shape).map(([name, param]) => ({
          name,
          in: "query",
          required: false,
          description: `${PARAMETERS[name]} Exactly one of the two is needed.`,
          schema: parameterSchemaOf(param),
        })),
        responses: {
          "202": {
            description: "The request is queued, or one already was.",
            headers: headersNamed("Location", "Cache-Control", ...ALWAYS),
            content: {
              "application/json": { schema, example: await ask("refresh?view=mv_agent_progress", "POST") },
            },
          },
          ...problemsOf("BAD_REQUEST", ...PROBLEMS),
        },
      },
    },
    "/ops/refreshes/{id}": pathItem({
      path: "/ops/refreshes",
      summary: "The state and outcome of a requested refresh",
      description: "For administrators and the secret key. Kept for thirty days after its end.",
      security: security.operators,
      tag: "ops",
      parameters: [{
        name: "id",
        in: "path",
        required: true,
        description: "The `id` of the answer to POST /ops/refresh.",
        schema: { type: "integer", minimum: 1 },
      }],
      responses: {
        "200": json("The state of the request.", schema, await ask("refreshes/13", "GET")),
        ...problemsOf("BAD_REQUEST", ...PROBLEMS),
      },
    }),
  };
}
