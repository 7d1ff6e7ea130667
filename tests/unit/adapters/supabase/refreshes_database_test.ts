import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { AnalyticsRpc } from "../../../../shared/adapters/supabase/analytics_rpc.ts";
import { createRefreshes } from "../../../../shared/adapters/supabase/refreshes_database.ts";
import { sourceError } from "../../../../shared/adapters/supabase/source_error.ts";
import { AppError, internalError, sourceUnavailable } from "../../../../shared/kernel/app_error.ts";
import { FakeClock } from "../../../support/fakes/clock.ts";
import { requestOf } from "../../../support/fakes/refreshes.ts";

const JOBS = [
  { job_name: "refresh-mv_x", schedule: "5,35 * * * *", late_after_seconds: 60 },
  { job_name: "refresh-mv_never", schedule: "0 0 30 2 *", late_after_seconds: 60 },
  { job_name: "analytics-refresh-queue-1", schedule: "* * * * *", late_after_seconds: 600 },
  { job_name: "analytics-refresh-queue-2", schedule: "10 seconds", late_after_seconds: 600 },
];

/** Refreshes over a database that answers with this, and notes what it is called for. */
function refreshesOver(answer: (name: string) => unknown) {
  const clock = new FakeClock(Date.parse("2026-11-20T10:10:00Z"));
  const calls: string[] = [];
  const inputs: unknown[] = [];
  const rpc: AnalyticsRpc = async ({ name, input, output }) => {
    calls.push(name);
    inputs.push(input);
    return output.parse(await answer(name));
  };
  return { clock, calls, inputs, refreshes: createRefreshes(rpc, clock) };
}

const calendar = () => ({
  now: "2026-11-20T10:10:00Z",
  timezone: "GMT",
  matches_both_days: false,
  jobs: JOBS,
});

Deno.test("the next refresh of a view is the next slot of its job, and none where it has none", async () => {
  const { refreshes } = refreshesOver(calendar);
  equal(await refreshes.nextAt("mv_x"), Date.parse("2026-11-20T10:35:00Z"));
  equal(await refreshes.nextAt("mv_never"), null);
  equal(await refreshes.nextAt("mv_unknown"), null);
});

Deno.test("schedules are asked for once in ten seconds, and again after a failure", async () => {
  let is_down = true;
  const { clock, calls, refreshes } = refreshesOver(() => {
    if (is_down) throw sourceUnavailable("down");
    return calendar();
  });
  await rejects(refreshes.nextAt("mv_x"));
  is_down = false;
  await Promise.all(Array.from({ length: 20 }, () => refreshes.nextAt("mv_x")));
  equal(calls.length, 2);
  clock.advance(10_000);
  await refreshes.nextAt("mv_x");
  equal(calls.length, 3);
});

Deno.test("a database without a scheduler has no next refresh", async () => {
  const { refreshes } = refreshesOver(() => null);
  equal(await refreshes.nextAt("mv_x"), null);
});

Deno.test("the queue is looked at when the first of its jobs is due", async () => {
  const { refreshes } = refreshesOver(calendar);
  equal(await refreshes.queueAt(), Date.parse("2026-11-20T10:10:10Z"));
  equal(await refreshesOver(() => null).refreshes.queueAt(), null);
});

Deno.test("a refresh is asked for and looked up with one short call each", async () => {
  const waiting = requestOf({ mv_x: null });
  const { calls, inputs, refreshes } = refreshesOver(() => waiting);
  deepEqual(await refreshes.request({ view: "mv_x", asked_by: "admin" }), waiting);
  await refreshes.request({ pack: "arena", asked_by: "service" });
  deepEqual(await refreshes.look(12), waiting);
  deepEqual(calls, ["request_refresh", "request_refresh", "refresh_request"]);
  deepEqual(inputs, [
    { view_name: "mv_x", pack: null, asked_by: "admin" },
    { view_name: null, pack: "arena", asked_by: "service" },
    { id: 12 },
  ]);
  equal(await refreshesOver(() => null).refreshes.look(13), null);
});

Deno.test("what the database knows nothing of is null, what it refuses is said with the time to wait, and a defect stays one", async () => {
  const asked = { view: "mv_x", asked_by: "admin" } as const;
  const failing = (error: AppError) =>
    refreshesOver(() => {
      throw error;
    }).refreshes.request(asked);
  equal(await failing(sourceError("request_refresh", { code: "PT404", status: 404 })), null);
  await rejects(failing(sourceError("request_refresh", { code: "PT429", status: 429 })), (error: AppError) => {
    deepEqual([error.code, error.retry_after_seconds], ["RATE_LIMITED", 60]);
    match(error.message, /^The view "mv_x" was refreshed by hand less than a minute ago; .* secret key/);
    return true;
  });
  await rejects(failing(internalError("planted")), { code: "INTERNAL" });
});
