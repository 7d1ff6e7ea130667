// The audit does not believe what a refresh says of itself: PostgreSQL counts the rows that were written to the table of an
// incremental view, and reports them late.
import { deepEqual, equal, ok } from "node:assert/strict";
import type postgres from "postgres";
import { createIncrementalViews, dropIncrementalViews } from "../support/fixtures/incremental_views.ts";
import { until } from "../support/faults/read_fault.ts";
import { withConnections } from "../support/rigs/test_database.ts";

const VIEW = "mv_inc_days";

async function withViews(body: (sql: postgres.Sql, other: postgres.Sql) => Promise<void>): Promise<void> {
  await withConnections(2, async ([sql, other]) => {
    if (sql === undefined || other === undefined) throw new Error("no connection");
    await createIncrementalViews(sql);
    try {
      await sql`select freshet.watch_views()`;
      await body(sql, other);
    } finally {
      await dropIncrementalViews(sql);
      await sql`delete from analytics.findings where kind in ('not_refreshed', 'row_collapse') and subject like 'mv_inc%'`;
    }
  });
}

/** What a pass of the audit finds, minutes after the last one; whether a proof is awaited. */
async function pass(sql: postgres.Sql, view = VIEW): Promise<readonly [finding: string | null, is_open: boolean]> {
  await sql`update analytics.view_watch set unproved_at = unproved_at - interval '5 minutes'`;
  await sql`select freshet.watch_views()`;
  const [row] = await sql`
    select f.evidence ->> 'message' as finding, w.unproved_at is not null as is_open
    from analytics.view_watch as w
    left join analytics.findings as f on f.kind = 'not_refreshed' and f.subject = w.view_name and f.state = 'bad'
    where w.view_name = ${view}`;
  return [row?.["finding"] ?? null, row?.["is_open"] === true];
}

async function mark(sql: postgres.Sql, view = VIEW): Promise<string> {
  const [row] = await sql`select freshet.write_mark(${`analytics.${view}`}::regclass) as mark`;
  return String(row?.["mark"]);
}

/** Lets a session report what it wrote now, and not within ten seconds. */
async function report(session: postgres.Sql): Promise<void> {
  await session`select pg_stat_force_next_flush()`;
  await session`select 1`;
}

Deno.test("a version that moved while no row was written is told by the next pass but one, and until rows are written", () =>
  withViews(async (sql, other) => {
    await report(sql);
    await pass(sql);
    await sql`update analytics.views set version = version + 1 where view_name = ${VIEW}`;
    deepEqual(await pass(sql), [null, true], "the counters may be late");
    await sql`select freshet.watch_views()`;
    deepEqual(
      await sql`select from analytics.findings where kind = 'not_refreshed' and subject = ${VIEW} and state = 'bad'`
        .then((rows) => rows.length),
      0,
      "nor are they late for long within one minute",
    );
    const [told, isOpen] = await pass(sql);
    ok(/^its version moved from \d+ to \d+, and the view was not written$/.test(told ?? ""), String(told));
    equal(isOpen, false);
    await sql`update analytics.views set version = version + 1 where view_name = ${VIEW}`;
    deepEqual(await pass(sql), [told, true], "one that may still be proved does not end it");

    await sql`update public.inc_lines set amount = amount + 1 where id = 1`;
    await other`select analytics.refresh_view(${VIEW})`;
    await report(other);
    deepEqual(await pass(sql), [null, false]);
  }));

Deno.test("a refresh that wrote rows is never told, however late they are counted", () =>
  withViews(async (sql, other) => {
    for (let round = 0; round < 3; round++) {
      await report(other);
      await sql`select freshet.watch_views()`;
      const before = await mark(sql);
      await sql`update public.inc_lines set amount = amount + 1 where id = ${round + 1}`;
      await other`select analytics.refresh_view(${VIEW})`;
      const isLate = await mark(sql) === before;
      const [found, isOpen] = await pass(sql);
      equal(found, null, `round ${round}, too early`);
      // Between the two looks the session may have reported by itself.
      if (!isLate || await mark(sql) === before) equal(isOpen, isLate, `round ${round}`);
      await report(other);
      deepEqual(await pass(sql), [null, false], `round ${round}`);
      deepEqual(await pass(sql), [null, false], `round ${round}, later`);
    }
    // Writes nothing: the version stays.
    await sql`update public.inc_lines set returned_on = returned_on where id = 1`;
    await other`select analytics.refresh_view(${VIEW})`;
    deepEqual(await pass(sql), [null, false], "groups that turned out the same");
  }));

Deno.test("a first fill without a row moves the version, and its row of the ledger says why", () =>
  withViews(async (sql, other) => {
    await sql.unsafe(`
      create table public.inc_none (id integer primary key);
      create materialized view analytics.mv_inc_none as select id from public.inc_none with no data;
      create unique index on analytics.mv_inc_none (id);
      select analytics.register_view('mv_inc_none', 'probe', '0 0 1 1 *', '1 hour', incremental => true);
    `).simple();
    try {
      await sql`select freshet.watch_views()`;
      await other`select analytics.refresh_view('mv_inc_none')`;
      const [view] = await sql`select version::integer from analytics.views where view_name = 'mv_inc_none'`;
      equal(view?.["version"], 1);
      deepEqual(await pass(sql, "mv_inc_none"), [null, false]);
      deepEqual(await pass(sql, "mv_inc_none"), [null, false]);
    } finally {
      await sql.unsafe(`
        select analytics.unregister_view('mv_inc_none');
        drop materialized view analytics.mv_inc_none;
        drop table public.inc_none;
        delete from analytics.refresh_log where view_name = 'mv_inc_none'`).simple();
    }
  }));

Deno.test("while a session works on a command that began before the commit, its rows may not be counted yet", () =>
  withConnections(2, async ([sql, other]) => {
    if (sql === undefined || other === undefined) throw new Error("no connection");
    const counted = async () => {
      const [row] = await sql`select freshet.are_writes_counted(now(), interval '0') as is_counted`;
      return row?.["is_counted"];
    };
    await other`begin`;
    equal(await counted(), false);
    await other`commit`;
    await until("all sessions wait", async () => await counted() === true);
    const [row] = await sql`select freshet.are_writes_counted(now() - interval '119 seconds') as is_counted`;
    equal(row?.["is_counted"], false, "two minutes are not over");
  }));
