// The purge beside everything that reads what it deletes.
import { deepEqual, equal, ok } from "node:assert/strict";
import type postgres from "postgres";
import { onAuditStage } from "../support/rigs/audit_stage.ts";
import { withConnections } from "../support/rigs/test_database.ts";

function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name, fn: body, sanitizeOps: false, sanitizeResources: false });
}

/** Runs of 40 days, a hundred a day, as pg_cron would have written them. */
async function plantDays(sql: postgres.Sql, job: string): Promise<void> {
  await sql`
    insert into cron.job_run_details (jobid, command, status, return_message, start_time, end_time)
    select j.jobid, 'select analytics.refresh_view(''probe'')', case when n % 40 = 0 then 'failed' else 'succeeded' end, 'planted', t.at, t.at + interval '1 second'
    from cron.job as j, generate_series(1, 4000) as n
    cross join lateral (select now() - (4001 - n) * interval '40 days' / 4001 as at) as t
    where j.jobname = ${job}
    order by n`;
}

async function countRuns(sql: postgres.Sql): Promise<number> {
  const [row] = await sql`select count(*)::integer as count from cron.job_run_details where return_message = 'planted'`;
  return Number(row?.["count"]);
}

test("the purge's own command, as pg_cron sends it, keeps 14 days of runs, and the audit misses nothing", () =>
  onAuditStage(async ({ sql, schedule, audit }) => {
    await schedule("probe-purged");
    await plantDays(sql, "probe-purged");
    equal((await audit()).audited, 4000);
    const before = await openIncidents(sql);
    const [first] = await sql`select epoch from analytics.audit_state`;

    const [job] = await sql`select command from cron.job where jobname = 'analytics-purge'`;
    await sql.unsafe(String(job?.["command"])).simple();
    await sql`reset statement_timeout`;
    await sql`reset lock_timeout`;
    const left = await countRuns(sql);
    ok(left >= 1390 && left <= 1410, `${left} runs are left`);

    const summary = await audit();
    equal(summary.opened, 0);
    deepEqual(await openIncidents(sql), before);
    const [state] = await sql`select epoch from analytics.audit_state`;
    equal(state?.["epoch"], first?.["epoch"]);
  }));

test("runs that the audit has not read survive every purge, however old", () =>
  onAuditStage(async ({ sql, schedule, audit }) => {
    await schedule("probe-unread");
    await plantDays(sql, "probe-unread");
    await sql`select freshet.purge_history()`;
    equal(await countRuns(sql), 4000);
    equal((await audit()).audited, 4000);
    await sql`select freshet.purge_history()`;
    ok(await countRuns(sql) < 1410);
  }));

test("two purges and an audit at once neither wait for each other nor delete too much", () =>
  onAuditStage(async ({ sql, schedule, audit }) => {
    await schedule("probe-crowded");
    await plantDays(sql, "probe-crowded");
    await audit();
    await sql`update analytics.retention set batch_size = 100 where history = 'runs'`;
    try {
      await withConnections(2, async ([left, right]) => {
        const purge = async (one: postgres.Sql | undefined) => {
          for (let call = 0; call < 30; call += 1) {
            await one?.begin(async (transaction) => {
              await transaction`set local lock_timeout = '1s'`;
              await transaction`select freshet.purge_history()`;
            });
          }
        };
        const [, , summary] = await Promise.all([purge(left), purge(right), audit()]);
        equal(summary.opened, 0);
      });
      ok(await countRuns(sql) >= 1390);
    } finally {
      await sql`update analytics.retention set batch_size = 20000 where history = 'runs'`;
    }
  }));

async function openIncidents(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql`select fingerprint from analytics.incidents where closed_at is null order by fingerprint`;
  return rows.map((row) => String(row["fingerprint"]));
}
