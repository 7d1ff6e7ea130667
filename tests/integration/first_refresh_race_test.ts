// After a first deployment the jobs of a view and of its source may come due while the source is being filled.
import { deepEqual, equal } from "node:assert/strict";
import { withConnections } from "../support/rigs/test_database.ts";

Deno.test("a view whose source is being filled for the first time by another session is busy, and has not failed", async () => {
  await withConnections(2, async ([sql, other]) => {
    if (sql === undefined || other === undefined) throw new Error("no connections");
    await sql`create materialized view analytics.race_source as select 1 as id with no data`;
    await sql`create unique index on analytics.race_source (id)`;
    await sql`create materialized view analytics.race_reader as select id from analytics.race_source with no data`;
    await sql`create unique index on analytics.race_reader (id)`;
    try {
      for (const name of ["race_source", "race_reader"]) {
        await sql`select analytics.register_view(${name}, 'core', '0 0 1 1 *', stale_after => '1 year')`;
      }
      await other`begin`;
      await other`select analytics.refresh_view('race_source')`;
      const outcome = async () =>
        (await sql`select outcome from analytics.refresh_view('race_reader')`)[0]?.["outcome"];
      equal(await outcome(), "skipped_busy");
      await other`commit`;
      equal(await outcome(), "refreshed");
      deepEqual((await sql`select id from analytics.race_reader`).map(({ id }) => id), [1]);
    } finally {
      await other`rollback`.catch(() => {});
      await sql`select cron.unschedule(jobid) from cron.job where jobname like 'refresh-race_%'`;
      await sql`delete from analytics.scheduled_jobs where job_name like 'refresh-race_%'`;
      await sql`delete from analytics.views where view_name like 'race_%'`;
      await sql`drop materialized view analytics.race_reader, analytics.race_source`;
    }
  });
});
