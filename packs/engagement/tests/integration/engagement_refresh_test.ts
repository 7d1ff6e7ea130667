// One of the seven views cannot be refreshed, on a real pg_cron and in a real minute: the other six are, its run is
// `failed` where pg_cron keeps its history, its rows stay, and Sentry hears of it alone.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { onAuditStage } from "../../../../tests/support/rigs/audit_stage.ts";
import { learner, plantEngagement, question } from "../../../../tests/support/fixtures/engagement.ts";
import { withConnections } from "../../../../tests/support/rigs/test_database.ts";
import { switchJobsOff } from "../../../../stack/jobs_off.ts";
import { pause } from "../../../../stack/pause.ts";

const broken = "explanation_engagement";

Deno.test("One failing view of the seven leaves six fresh, has failed in pg_cron, and is alerted", async () => {
  assert.equal(
    Deno.env.get("FRESHET_TEST_CRON"),
    "real",
    "this needs the real pg_cron: run it through `deno task test`",
  );
  await onAuditStage((stage) =>
    withConnections(2, async ([owner, blocker]) => {
      assert.ok(owner !== undefined && blocker !== undefined);
      const schedules =
        await owner`select view_name, job_name, schedule from analytics.views where pack = 'engagement'`;
      assert.equal(schedules.length, 7);
      // A worker of the queue that refreshes the view in the same second would leave its own run nothing to do.
      await switchJobsOff(stage.sql);
      try {
        await owner`
          insert into public.explanation_views (user_id, question_id) values (${learner(1)}, ${question})`;
        await owner`select count(*) from analytics.refresh_all_views()`;
        await plantEngagement(owner);
        const before = await versions(owner);
        const [{ last_runid = 0, now: started_at } = {}] = await owner`
          select coalesce(max(runid), 0)::integer as last_runid, now() from cron.job_run_details`;

        const { runs, fresh, after, outcomes } = await whileLocked(blocker, async () => {
          for (const { job_name } of schedules) await reschedule(stage.sql, job_name, "* * * * *");
          const runs = await endedRuns(owner, last_runid);
          await stage.sql`update cron.job set active = false`;
          const fresh = await owner`
            select view_name from analytics.views
            where pack = 'engagement' and verified_at >= ${started_at} order by view_name`;
          const after = await versions(owner);
          return { runs, fresh, after, outcomes: await owner`select * from analytics.refresh_all_views()` };
        });

        const failed = runs.filter(({ status }) => status !== "succeeded");
        assert.deepEqual(failed.map(({ jobname, status }) => [jobname, status]), [[`refresh-${broken}`, "failed"]]);
        assert.match(failed[0]?.return_message ?? "", /refresh of analytics\.explanation_engagement failed \[55P03\]/);

        const unsuccessful = outcomes.filter(({ outcome }) => !["refreshed", "skipped_clean"].includes(outcome));
        assert.deepEqual(
          unsuccessful.map(({ view_name, outcome, sqlstate }) => [view_name, outcome, sqlstate]),
          [[broken, "failed", "55P03"]],
          "refresh_all_views() is kept from its other views as little",
        );

        const six = schedules.map(({ view_name }) => view_name).filter((name) => name !== broken).sort();
        assert.deepEqual(fresh.map(({ view_name }) => view_name), six);
        // These four read tables; the others may have run in the same second as the views that they read.
        for (
          const view of ["active_learning_days", "popular_tracks", "quiz_completion_rates", "review_session_usage"]
        ) {
          assert.equal(after.get(view), (before.get(view) ?? 0) + 1, view);
        }
        assert.equal(after.get(broken), before.get(broken));
        const [old] = await owner`select views_count::integer from analytics.explanation_engagement`;
        assert.equal(old?.["views_count"], 1, "the old rows are still there");

        const audit = await stage.audit();
        assert.deepEqual([audit.opened, audit.sent, audit.pending], [1, 1, 0]);
        const [alert] = stage.sink.events();
        assert.equal(alert?.["message"], `refresh-${broken}: canceling statement due to lock timeout [55P03]`);
        const [ledger] = await owner`
          select sqlstate, runid::integer from analytics.refresh_log where view_name = ${broken} and outcome = 'failed' and requested_by = 'schedule'`;
        assert.deepEqual({ ...ledger }, { sqlstate: "55P03", runid: failed[0]?.runid });
      } finally {
        for (const { job_name, schedule } of schedules) await reschedule(stage.sql, job_name, schedule);
        await stage.sql`update cron.job set active = false`;
        await clear(stage.sql);
      }
    })
  );
});

/** What a long migration does to a table: nobody reads it, and a refresh gives up after five seconds. */
async function whileLocked<T>(blocker: postgres.Sql, body: () => Promise<T>): Promise<T> {
  await blocker`begin`;
  try {
    await blocker`lock table public.explanation_views in access exclusive mode`;
    return await body();
  } finally {
    await blocker`rollback`;
  }
}

async function versions(sql: postgres.Sql): Promise<Map<string, number>> {
  const rows = await sql`select view_name, version::integer from analytics.views where pack = 'engagement'`;
  return new Map(rows.map(({ view_name, version }) => [view_name, version]));
}

/** Both where it runs and where it is declared: the audit has nothing to say about the change itself. */
async function reschedule(superuser: postgres.Sql, job: string, schedule: string): Promise<void> {
  await superuser`update analytics.scheduled_jobs set schedule = ${schedule} where job_name = ${job}`;
  const [found] = await superuser`select jobid from cron.job where jobname = ${job}`;
  await superuser`select cron.alter_job(${found?.jobid}, schedule => ${schedule}, active => true)`;
}

interface Run {
  readonly jobname: string;
  readonly runid: number;
  readonly status: string;
  readonly return_message: string;
}

/** Waits until pg_cron has ended one run of each of the seven jobs, and returns these. */
async function endedRuns(sql: postgres.Sql, afterRunid: number): Promise<readonly Run[]> {
  const patience = Date.now() + 240_000;
  while (Date.now() < patience) {
    const runs = await sql<Run[]>`
      select distinct on (j.jobname) j.jobname, d.runid::integer, d.status, d.return_message
      from cron.job_run_details as d
      join cron.job as j on j.jobid = d.jobid
      join analytics.views as v on v.job_name = j.jobname and v.pack = 'engagement'
      where d.runid > ${afterRunid} and d.end_time is not null
      order by j.jobname, d.runid`;
    if (runs.length === 7) return runs;
    await pause(250);
  }
  throw new Error("The seven jobs have not run within 240 s: does the scheduler of pg_cron run?");
}

async function clear(superuser: postgres.Sql): Promise<void> {
  await superuser.unsafe(`
    truncate public.tracks, public.learning_sessions, public.quiz_attempts, public.review_sessions, public.explanation_views, public.questions cascade;
    delete from cron.job_run_details as d using cron.job as j, analytics.views as v
    where j.jobid = d.jobid and v.job_name = j.jobname and v.pack = 'engagement';
    delete from analytics.refresh_log as l using analytics.views as v
    where v.view_name = l.view_name and v.pack = 'engagement';
  `).simple();
}
