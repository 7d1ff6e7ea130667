import { deepEqual, equal, rejects } from "node:assert/strict";
import type { AnalyticsRpc } from "../../shared/adapters/analytics_rpc.ts";
import { createRefreshes } from "../../shared/adapters/refreshes_database.ts";
import { sourceUnavailable } from "../../shared/core/app_error.ts";
import { FakeClock } from "../support/fake_clock.ts";

const JOBS = [
  { job_name: "refresh-mv_x", schedule: "5,35 * * * *", late_after_seconds: 60 },
  { job_name: "refresh-mv_never", schedule: "0 0 30 2 *", late_after_seconds: 60 },
];

/** Refreshes over a database that answers with this, and notes what it is called for. */
function refreshesOver(answer: (name: string) => unknown) {
  const clock = new FakeClock(Date.parse("2026-11-20T10:10:00Z"));
  const calls: string[] = [];
  const rpc: AnalyticsRpc = async ({ name, output }) => {
    calls.push(name);
    return output.parse(await answer(name));
  };
  return { clock, calls, refreshes: createRefreshes(rpc, clock) };
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

Deno.test("a refresh has succeeded when the view is up to date, whether or not there was something to do", async () => {
  const outcomes = ["refreshed", "skipped_clean", "skipped_busy", "failed"];
  const found = await Promise.all(
    outcomes.map((outcome) => refreshesOver(() => [{ outcome }]).refreshes.refresh("mv_x")),
  );
  deepEqual(found, [true, true, false, false]);
});
