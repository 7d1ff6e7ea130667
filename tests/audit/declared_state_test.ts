// A role is dropped that owned jobs, a scheduler hangs, jobs change by hand: on the real pg_cron, told once each, and
// over when it is mended.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { repairSql } from "../../shared/audit/repair.ts";
import { alertPayload } from "../../shared/audit/pass.ts";
import { type AuditStage, onAuditStage } from "../support/rigs/audit_stage.ts";
import { schedulerPid, untilSchedulerRuns } from "../support/rigs/scheduler.ts";
import { withConnections } from "../support/rigs/test_database.ts";
import { pause } from "../../stack/pause.ts";

function told(stage: AuditStage): unknown[] {
  return stage.sink.events().map(({ message, tags, fingerprint }) => {
    const { transition, kind } = tags as Readonly<Record<string, string>>;
    return transition === "opened" ? String(fingerprint).replace(`${kind}:`, `${kind}: `) : message;
  });
}

async function repairOf(sql: postgres.Sql, kind: string): Promise<string> {
  const [row] =
    await sql`select payload from analytics.outbox where payload ->> 'kind' = ${kind} and transition = 'opened'`;
  return repairSql(alertPayload.parse(row?.["payload"])) ?? "";
}

Deno.test("A dropped owner is one incident however many jobs it had, and the repair in its alert mends it", async () => {
  await onAuditStage((stage) =>
    withConnections(1, async ([owner]) => {
      assert.ok(owner !== undefined);
      const { sql } = stage;
      await sql.unsafe(`
        create role "probe owner";
        insert into cron.job (jobname, schedule, command, username)
        select 'probe-' || n, '0 0 1 1 *', 'select ' || n, 'probe owner' from generate_series(1, 3) as n;
        select analytics.adopt_job('probe-' || n) from generate_series(1, 3) as n;
      `).simple();
      try {
        assert.equal((await stage.audit()).outcome, "ok");
        // From here on each look of the scheduler at these jobs ends it, until they are gone.
        await sql`drop role "probe owner"`;
        // The audit may come while the scheduler is ended: that it is gone is then a consequence, which is not told.
        await stage.audit();
        const causes = await sql`select kind from analytics.incidents where closed_at is null and cause_id is null`;
        assert.deepEqual([...causes], [{ kind: "orphan_owner" }]);
        await stage.audit();
        assert.deepEqual(told(stage), ["orphan_owner: probe owner"]);
        assert.equal(stage.sink.events()[0]?.["level"], "fatal");

        await owner.unsafe(await repairOf(sql, "orphan_owner")).simple();
        await sql`select freshet.withdraw_job('probe-' || n) from generate_series(1, 3) as n`;
        // Without its cause, a scheduler that has not started again yet would be an incident of its own.
        await untilSchedulerRuns(sql);
        await stage.audit();
        assert.deepEqual(told(stage).slice(1), ["orphan_owner is over: probe owner no longer exists"]);
      } finally {
        await sql`delete from cron.job where jobname like 'probe-%'`;
        await sql`select freshet.withdraw_job('probe-' || n) from generate_series(1, 3) as n`;
        await sql`drop role if exists "probe owner"`;
      }
    })
  );
});

Deno.test("Each change by hand of a declared job is one incident, and the repair in its alert mends it", async () => {
  await onAuditStage(async (stage) => {
    const { sql } = stage;
    const changes = [
      ["missing", `select cron.unschedule('probe-hand')`],
      ["inactive", `select cron.alter_job(jobid, active => false) from cron.job where jobname = 'probe-hand'`],
      ["edited", `select cron.schedule('probe-hand', '0 7 1 1 *', 'select 2')`],
      ["duplicated", `select cron.schedule('0 8 1 1 *', 'select 1')`],
    ] as const;
    await stage.schedule("probe-hand");
    await stage.audit();
    await sql`set role postgres`;
    for (const [kind, change] of changes) {
      await sql.unsafe(change);
      await stage.audit();
      await stage.audit();
      await sql.unsafe(await repairOf(sql, kind)).simple();
      await stage.audit();
    }
    assert.deepEqual(
      told(stage),
      changes.flatMap(([kind]) => [`${kind}: probe-hand`, `${kind} is over: probe-hand recovered`]),
    );
  });
});

Deno.test("A scheduler that hangs past a slot is one incident for all of its jobs, over when they start", async () => {
  await onAuditStage(async (stage) => {
    const { sql } = stage;
    const jobs = ["probe-1", "probe-2"];
    for (const job of jobs) await stage.schedule(job);
    for (const job of jobs) {
      await sql`set role postgres`;
      await sql`select analytics.register_job(${job}, '* * * * *', 'select 1', late_after => '0')`;
      await sql`reset role`;
    }
    const scheduler = await schedulerPid(sql);
    const before = await newestRun(sql);
    try {
      // Jobs are awaited from the pass on that first sees them.
      await stage.audit();
      Deno.kill(scheduler, "SIGSTOP");
      await untilSecond(12);
      assert.equal((await stage.audit()).opened, 1);
      await stage.audit();
      assert.deepEqual(told(stage), ["missed: pg_cron"]);
    } finally {
      Deno.kill(scheduler, "SIGCONT");
    }
    await untilRun(sql, { jobs, after: before });
    assert.equal((await stage.audit()).outcome, "ok");
    assert.deepEqual(told(stage).slice(1), ["missed is over: pg_cron recovered"]);
  });
});

async function newestRun(sql: postgres.Sql): Promise<number> {
  const [last] = await sql`select coalesce(max(runid), 0)::integer as runid from cron.job_run_details`;
  return Number(last?.["runid"]);
}

/** Waits for a run of each job to succeed that is newer than this runid. */
async function untilRun(
  sql: postgres.Sql,
  { jobs, after }: { readonly jobs: readonly string[]; readonly after: number },
): Promise<void> {
  const patience = Date.now() + 180_000;
  while (Date.now() < patience) {
    const ran = await sql`
      select distinct j.jobname from cron.job_run_details as d join cron.job as j using (jobid)
      where d.runid > ${after} and d.status = 'succeeded' and j.jobname = any (${[...jobs]})`;
    if (ran.length === jobs.length) return;
    await pause(300);
  }
  throw new Error(`No run of ${jobs.join(", ")} within 180 s: does the scheduler of pg_cron run?`);
}

/** Waits for this second of the next minute. */
async function untilSecond(second: number): Promise<void> {
  const now = Date.now();
  await pause(60_000 - (now % 60_000) + second * 1_000);
}
