// The promise itself, on a real pg_cron and in real minutes: a scheduled refresh breaks, Sentry hears of it; it is mended,
// Sentry hears of that.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { onAuditStage } from "../support/rigs/audit_stage.ts";
import { withConnections } from "../support/rigs/test_database.ts";
import { pause } from "../../stack/pause.ts";

Deno.test("A view whose scheduled refresh breaks becomes an alert, and its repair a recovery", async () => {
  assert.equal(
    Deno.env.get("FRESHET_TEST_CRON"),
    "real",
    "this needs the real pg_cron: run it through `deno task test`",
  );
  await onAuditStage((stage) =>
    withConnections(1, async ([owner]) => {
      assert.ok(owner !== undefined);
      try {
        await makeBrokenView(owner);
        const failure = await endOfRun(owner, "failed");
        const first = await stage.audit();
        assert.deepEqual([first.opened, first.sent, first.pending], [1, 1, 0]);

        const [alert] = stage.sink.events();
        assert.equal(alert?.["message"], "refresh-mv_broken: division by zero [22012]");
        assert.deepEqual(alert?.["tags"], {
          kind: "failed",
          transition: "opened",
          job: "refresh-mv_broken",
          runid: String(failure),
          sqlstate: "22012",
        });
        const [ledger] = await owner`
          select sqlstate, runid::integer from analytics.refresh_log
          where view_name = 'mv_broken' and outcome = 'failed'`;
        assert.deepEqual({ ...ledger }, { sqlstate: "22012", runid: failure });
        assert.equal((await stage.audit()).sent, 0, "an open incident is told once");

        await owner`delete from public.broken_source where divisor = 0`;
        await endOfRun(owner, "succeeded");
        const second = await stage.audit();
        assert.deepEqual([second.closed, second.sent, second.outcome], [1, 1, "ok"]);
        const recovery = stage.sink.events()[1];
        assert.equal(recovery?.["message"], "failed is over: refresh-mv_broken recovered");
        assert.equal(recovery?.["level"], "info");
        assert.deepEqual(recovery?.["fingerprint"], ["recovered", "failed:refresh-mv_broken"]);
      } finally {
        await dropBrokenView(owner);
      }
    })
  );
});

async function makeBrokenView(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    create table public.broken_source (id integer primary key, divisor integer not null);
    insert into public.broken_source values (1, 1);
    create materialized view analytics.mv_broken as select id, 10 / divisor as quotient from public.broken_source with no data;
    create unique index mv_broken_key on analytics.mv_broken (id);
    select analytics.register_view('mv_broken', 'probe', '* * * * *', '15 minutes');
    -- By itself a job that is due each minute has to prove itself for five.
    update analytics.scheduled_jobs set recovery_threshold = 1 where job_name = 'refresh-mv_broken';
    select analytics.refresh_view('mv_broken');
    insert into public.broken_source values (2, 0);
  `).simple();
}

async function dropBrokenView(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    delete from cron.job_run_details where jobid in (select jobid from cron.job where jobname = 'refresh-mv_broken');
    select analytics.unregister_view('mv_broken');
    drop materialized view if exists analytics.mv_broken;
    drop table if exists public.broken_source;
    delete from analytics.refresh_log where view_name = 'mv_broken';
  `).simple();
}

/** Waits for pg_cron to end a run of the job with this status, which is a matter of minutes, and returns its runid. */
async function endOfRun(sql: postgres.Sql, status: "failed" | "succeeded"): Promise<number> {
  const patience = Date.now() + 300_000;
  while (Date.now() < patience) {
    const [run] = await sql`
      select d.runid::integer, d.return_message
      from cron.job_run_details as d
      join cron.job as j on j.jobid = d.jobid
      where j.jobname = 'refresh-mv_broken' and d.status = ${status}
      order by d.runid desc
      limit 1`;
    if (run !== undefined) return Number(run["runid"]);
    await pause(500);
  }
  throw new Error(`No run of refresh-mv_broken ${status} within 300 s: does the scheduler of pg_cron run?`);
}
