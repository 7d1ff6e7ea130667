// A cached answer is named by the version of what it reads. What changes no row may not move it, or answers end for nothing.
import { deepEqual, ok } from "node:assert/strict";
import type postgres from "postgres";
import { withConnections } from "../support/rigs/test_database.ts";

/** Of each view, each live relation and each bucket. */
async function versions(sql: postgres.Sql): Promise<Record<string, string>> {
  const rows = await sql<{ name: string; version: string }[]>`
    select s.key as name, s.value ->> 'version' as version from jsonb_each(analytics.view_states()) as s
    union all
    select b.view_name || ' ' || b.bucket, b.version::text from analytics.view_bucket_versions as b
    order by 1`;
  return Object.fromEntries(rows.map(({ name, version }) => [name, version]));
}

/** Every table that a view or a live relation reads, with its partitions. */
async function sources(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    with watched as (
      select s.source::oid from analytics.view_sources as s
      union select m.source::oid from analytics.live_relations as l, unnest(l.sources) as m (source)
    ), tree as (
      select w.source from watched as w
      union select t.relid from watched as w, pg_partition_tree(w.source) as t (relid, parent, is_leaf, level)
    )
    select t.source::regclass::text as name from tree as t join pg_class as c on c.oid = t.source
    where c.relkind in ('r', 'p') order by 1`;
  return rows.map(({ name }) => name);
}

/** Runs each job as pg_cron does: the whole command in one message. The audit calls a function, which is not served here. */
async function runJobs(sql: postgres.Sql): Promise<string[]> {
  const jobs = await sql<{ jobname: string; command: string }[]>`
    select jobname, command from cron.job where command !~ 'invoke_function' order by jobname`;
  for (const { command } of jobs) await sql.unsafe(command).simple();
  return jobs.map(({ jobname }) => jobname);
}

Deno.test("no version moves by vacuum, analyze, what is rolled back, or a run of each job", () =>
  withConnections(1, async ([sql]) => {
    if (sql === undefined) throw new Error("one connection");
    // Twice: a view that was filled in one transaction with its source counts that fill as a change once more.
    for (let round = 0; round < 2; round += 1) await runJobs(sql);
    const before = await versions(sql);
    const tables = await sources(sql);
    ok(Object.keys(before).length > 40 && tables.length > 20, "what the packs registered");

    for (const table of tables) await sql.unsafe(`vacuum (freeze, analyze) ${table}`);
    deepEqual(await versions(sql), before, "after a vacuum of each table");

    for (const table of tables) {
      for (
        const write of [
          `insert into ${table} select * from ${table}`,
          `delete from ${table}`,
          `truncate ${table} cascade`,
        ]
      ) {
        await sql`begin`;
        // Some tables refuse it: that is rolled back as well.
        await sql.unsafe(write).catch(() => {});
        await sql`rollback`;
      }
    }
    deepEqual(await versions(sql), before, "after writes to each table that were rolled back");

    const jobs = await runJobs(sql);
    ok(jobs.length > 30, "all jobs");
    deepEqual(await versions(sql), before, "after a run of each job");
  }));
