import { refreshParams } from "../../shared/http/routes/serve_refreshes.ts";
import { FakeRefreshes, requestOf } from "../../tests/support/fakes/refreshes.ts";
import { createArenaRig } from "../../tests/support/rigs/http_rig.ts";
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

/** The queue of refreshes: asking, and looking. */
export async function refreshPaths(): Promise<Json> {
  const refreshes = new FakeRefreshes();
  refreshes.work = (view) => Promise.resolve(requestOf({ [view]: null }));
  refreshes.known.set(13, requestOf({ mv_agent_progress: "refreshed", mv_weakness_patterns: "failed" }, 13));
  const rig = createArenaRig({ now: EXAMPLE_TIME, refreshes });
  const ask = async (path: string, method: string): Promise<unknown> =>
    await (await rig.ask(`/analytics/ops/${path}`, { method, headers: { apikey: KEYS.secret } })).json();
  return {
    "/ops/refresh": {
      post: {
        operationId: "postOpsRefresh",
        summary: "Ask for a refresh of one view, or of one pack",
        description:
          "For administrators and the secret key. It is done within seconds by a job of the database, with the view's " +
          "own time limit. While a request for the same waits, that one is answered; one that runs may have begun " +
          "before the caller's write, and does not count. Administrators: once a minute for each view.",
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
            description: "It is queued, or was.",
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
      summary: "What became of a refresh that was asked for",
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
        "200": json("How it stands.", schema, await ask("refreshes/13", "GET")),
        ...problemsOf("BAD_REQUEST", ...PROBLEMS),
      },
    }),
  };
}
