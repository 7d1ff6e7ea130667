// A job that asks for a monitor gets one; what the monitor hears is how its newest run ended.
import assert from "node:assert/strict";
import { type AuditStage, onAuditStage } from "../support/rigs/audit_stage.ts";

function statuses(stage: AuditStage): unknown[] {
  return stage.sink.checkIns().filter((one) => one["monitor_slug"] === "freshet-probe-a").map((one) => one["status"]);
}

Deno.test("A job's own monitor hears of each newest run once, and again until it was taken", () =>
  onAuditStage(async (stage) => {
    const { sql, sink } = stage;
    await stage.schedule("probe-a");
    await stage.schedule("probe-b");
    await stage.plant("probe-a", { status: "succeeded" });
    await stage.audit();
    assert.deepEqual(statuses(stage), [], "nobody asked for one");

    await sql`update analytics.scheduled_jobs set has_monitor = true where job_name = 'probe-a'`;
    await stage.audit();
    assert.deepEqual(statuses(stage), [], "what ran before is not told");
    await stage.plant("probe-a", { status: "succeeded" });
    await stage.plant("probe-a", { status: "failed", message: "ERROR:  broken" });
    await stage.plant("probe-b", { status: "succeeded" });
    await stage.audit();
    await stage.audit();
    assert.deepEqual(statuses(stage), ["error"], "the newest, once");
    const told = sink.checkIns().find((one) => one["monitor_slug"] === "freshet-probe-a");
    assert.partialDeepStrictEqual(told?.["monitor_config"], {
      schedule: { type: "crontab", value: "0 0 1 1 *" },
      checkin_margin: 15,
      max_runtime: 10,
      timezone: "Etc/UTC",
    });

    await stage.passTime();
    const open = await stage.plant("probe-a", { status: "running" });
    await stage.plant("probe-b", { status: "succeeded" });
    await stage.audit();
    assert.deepEqual(statuses(stage), ["error"], "a run that has not ended says nothing");
    await sql`update cron.job_run_details set status = 'succeeded' where runid = ${open}`;
    sink.script("check_in", { status: 500 });
    await stage.audit();
    assert.deepEqual(statuses(stage), ["error"]);
    await stage.audit();
    assert.deepEqual(statuses(stage), ["error", "ok"], "what was not taken is told again");

    // A run that succeeded in queueing its call has not done its work.
    const queued = await stage.plant("probe-a", { status: "succeeded" });
    await sql`
      insert into analytics.http_calls (function_name, job_name, runid, deadline_at)
      values ('probe', 'probe-a', ${queued}, now() + interval '1 hour')`;
    await stage.audit();
    assert.equal(statuses(stage).length, 2, "its outcome is awaited");
    await sql`update analytics.http_calls set deadline_at = now()`;
    await stage.passTime();
    await stage.audit();
    assert.deepEqual(statuses(stage), ["error", "ok", "error"]);

    await sql`update analytics.scheduled_jobs set schedule = '0 0 $ * *' where job_name = 'probe-a'`;
    await sql`delete from analytics.job_monitors`;
    await stage.plant("probe-a", { status: "succeeded" });
    await stage.audit();
    await stage.audit();
    assert.equal(statuses(stage).length, 3, "a schedule that Sentry cannot read has no monitor");
  }));

Deno.test("However many audits run at once, no monitor hears more than six times a minute, and none is broken for it", () =>
  onAuditStage(async (stage) => {
    const { sql, sink } = stage;
    await stage.schedule("probe-a");
    await sql`update analytics.scheduled_jobs set has_monitor = true where job_name = 'probe-a'`;
    await stage.audit();
    await stage.plant("probe-a", { status: "succeeded" });
    // Each answer is lost on the way, so that each audit tells the run again.
    sink.always("check_in", { fault: "response_lost" });
    for (const _ of [1, 2]) await Promise.all(Array.from({ length: 8 }, () => stage.audit({ timeout_ms: 500 })));
    for (const slug of ["freshet-cron-audit", "freshet-probe-a"]) {
      const heard = sink.received.filter((one) => one.text.includes(`"${slug}"`)).length;
      assert.ok(heard >= 1 && heard <= 6, `${slug} heard ${heard} times`);
    }
    assert.deepEqual([sink.monitors.dropped, sink.monitors.broken], [0, []]);
  }));

Deno.test("The issue of a job's own monitor is opened and closed by its check-ins, with no token", () =>
  onAuditStage(async (stage) => {
    const { sql, sink } = stage;
    await stage.schedule("probe-a");
    await sql`update analytics.scheduled_jobs set has_monitor = true where job_name = 'probe-a'`;
    await stage.audit();
    await stage.plant("probe-a", { status: "failed", message: "ERROR:  broken" });
    await stage.audit();
    assert.deepEqual(sink.monitors.broken, ["freshet-probe-a"]);
    await stage.plant("probe-a", { status: "succeeded" });
    await stage.audit();
    assert.deepEqual(sink.monitors.broken, []);
  }));
