import { deepEqual, equal, ok } from "node:assert/strict";
import { AppError } from "../../../shared/kernel/app_error.ts";
import { createOperator, FreshetError } from "../../../shared/client/mod.ts";
import { FakeRefreshes, requestOf } from "../../support/fakes/refreshes.ts";
import { operationsWithRows } from "../../support/fixtures/ops_rows.ts";
import { KEYS, mintToken } from "../../support/fixtures/tokens.ts";
import { fetchOf, PROJECT } from "../../support/rigs/client_rig.ts";
import { createHttpRig } from "../../support/rigs/http_rig.ts";

/** The client over the real function. */
function operatorRig(key: string, token: string | null = null) {
  const operations = operationsWithRows();
  const refreshes = new FakeRefreshes();
  refreshes.work = (view) => Promise.resolve(view === "mv_a" ? requestOf({ mv_a: null }) : null);
  const asked: Request[] = [];
  const operator = createOperator({
    url: PROJECT,
    key,
    token: () => token,
    fetch: fetchOf(createHttpRig({ operations, refreshes }), asked),
    sleep(_milliseconds, signal) {
      refreshes.known.set(12, requestOf({ mv_a: "refreshed" }));
      signal?.throwIfAborted();
      return Promise.resolve();
    },
  });
  const paths = () =>
    asked.map(({ method, url }) => `${method} ${url.slice(`${PROJECT}/functions/v1/analytics/`.length)}`);
  return { operator, operations, refreshes, asked, paths };
}

async function failureOf(work: Promise<unknown>): Promise<FreshetError> {
  const error = await work.then(() => null, (thrown) => thrown);
  ok(error instanceof FreshetError, String(error));
  return error;
}

Deno.test("an operator reads each list, with its filters and its cursor", async () => {
  const { operator, operations, paths } = operatorRig(KEYS.secret);
  operations.next_cursor = "7-opened";
  equal((await operator.views({ pack: "sample", view: undefined })).data[0]?.view, "mv_a");
  equal((await operator.jobs({ job: "a b" })).data[0]?.recent_runs[0]?.runid, 41);
  equal((await operator.runs({ status: "failed", limit: 1 })).data[0]?.status, "failed");
  equal((await operator.incidents({ state: "open" })).data[0]?.kind, "failed");
  const { data, meta } = await operator.outbox({ state: "undelivered" });
  deepEqual([data[0]?.state, meta.pending_count, meta.next_cursor], ["pending", 1, "7-opened"]);
  equal((await operator.outbox({ cursor: "7-opened" })).data.length, 1);
  equal((await operator.actions()).data[0]?.action, "mute");
  equal((await operator.cache()).isolate.request_count, 7);
  deepEqual(paths(), [
    "GET ops/views?pack=sample",
    "GET ops/jobs?job=a+b",
    "GET ops/runs?status=failed&limit=1",
    "GET ops/incidents?state=open",
    "GET ops/outbox?state=undelivered",
    "GET ops/outbox?cursor=7-opened",
    "GET ops/actions",
    "GET ops/cache",
  ]);
});

Deno.test("an operator mutes, unmutes, adopts, and follows a refresh to its end", async () => {
  const { operator, operations, paths } = operatorRig(KEYS.secret);
  const [done] = operations.kept.actions;
  if (done !== undefined) operations.acts.set("nightly / 5 %", done);
  const until = new Date(Date.now() + 60_000);
  equal((await operator.mute("nightly / 5 %", { until, reason: "planned work" })).action_id, 5);
  await operator.unmute("nightly / 5 %");
  await operator.adopt("nightly / 5 %", { reason: "ours" });
  const seen: string[] = [];
  const request = await operator.refresh("mv_a", { reason: "late" }, { onProgress: ({ state }) => seen.push(state) });
  deepEqual([request.views[0]?.outcome, seen], ["refreshed", ["queued"]]);
  deepEqual(
    operations.done.map(({ action, job, reason }) => [action, job, reason]),
    [["mute", "nightly / 5 %", "planned work"], ["unmute", "nightly / 5 %", null], ["adopt", "nightly / 5 %", "ours"]],
  );
  ok(operations.done[0]?.action === "mute" && operations.done[0].until === until.toISOString());
  deepEqual(paths(), [
    "POST ops/jobs/nightly%20%2F%205%20%25/mute",
    "POST ops/jobs/nightly%20%2F%205%20%25/unmute",
    "POST ops/jobs/nightly%20%2F%205%20%25/adopt",
    "POST ops/views/mv_a/refresh",
    "GET ops/refreshes/12",
  ]);
});

Deno.test("who is no operator gets FORBIDDEN from every function, and a conflict has its code", async () => {
  const member = await mintToken({ claims: { org_role: "admin", org_id: "o" } });
  const { operator } = operatorRig(KEYS.publishable, member);
  const until = new Date(Date.now() + 60_000);
  const calls = [
    ...[
      operator.views(),
      operator.jobs(),
      operator.runs(),
      operator.incidents(),
      operator.outbox(),
      operator.actions(),
    ],
    ...[operator.cache(), operator.mute("a", { until, reason: "x" }), operator.unmute("a"), operator.adopt("a")],
    operator.refresh("mv_a"),
  ];
  deepEqual(await Promise.all(calls.map(async (call) => (await failureOf(call)).code)), calls.map(() => "FORBIDDEN"));
  const { operator: admin, operations } = operatorRig(KEYS.secret);
  operations.acts.set("probe", new AppError("CONFLICT", { detail: "adopt it first" }));
  equal((await failureOf(admin.mute("probe", { until, reason: "x" }))).code, "CONFLICT");
  equal((await failureOf(admin.refresh("mv_nowhere"))).code, "NOT_FOUND");
});
