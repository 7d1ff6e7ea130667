// The queue on the real pg_cron: what takes longer than a call may, limits that cut, askers at once, and a worker that is killed.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import postgres from "postgres";
import { pause } from "../../stack/pause.ts";
import { runAsJob, workRefreshQueue } from "../support/rigs/refresh_queue.ts";
import { testDatabaseUrl } from "../support/rigs/test_database.ts";
import { type RefreshRequest, refreshRequest } from "../../shared/read/refresh_request.ts";

const databaseUrl = testDatabaseUrl();

const sql = connect();

/** As a call over the data API: eight seconds, whatever it calls. */
const caller = connect({ statement_timeout: 8_000 });

function connect(settings: Record<string, number> = {}): postgres.Sql {
  return postgres(databaseUrl, { max: 8, onnotice: () => {}, connection: settings });
}

/** A view whose refresh waits until it is let through, and takes so many seconds at least. */
async function plantView(name: string, { waits = false, seconds = 0, limit = "10 minutes" } = {}): Promise<void> {
  await sql.unsafe(`
    create table public.${name}_source (id integer primary key);
    insert into public.${name}_source values (1);
    create table public.${name}_let_through ();
    create function public.${name}_gate() returns boolean language plpgsql as $$
    begin
      perform pg_sleep(${seconds});
      while ${waits} and not exists (select from public.${name}_let_through) loop
        perform pg_sleep(0.05);
      end loop;
      return true;
    end $$;
    create materialized view analytics.${name} as
      select s.id, now() as seen_at, public.${name}_gate() as has_waited from public.${name}_source as s with no data;
    create unique index ${name}_key on analytics.${name} (id);
    select analytics.register_view('${name}', 'queue_probe', '0 0 1 1 *', '1 hour', statement_timeout => '${limit}');
  `).simple();
}

async function letThrough(name: string): Promise<void> {
  await sql.unsafe(`insert into public.${name}_let_through default values`);
}

async function dropView(name: string): Promise<void> {
  await sql.unsafe(`
    insert into public.${name}_let_through default values;
    select analytics.unregister_view('${name}');
    drop materialized view analytics.${name};
    drop function public.${name}_gate();
    drop table public.${name}_source, public.${name}_let_through;
    delete from analytics.refresh_requests where view_name = '${name}' or pack = 'queue_probe';
    delete from analytics.refresh_log where view_name = '${name}';
  `).simple();
}

async function ask(view: string): Promise<RefreshRequest> {
  const [row] = await caller`select analytics.request_refresh(${view}) as request`;
  return refreshRequest.parse(row?.["request"]);
}

async function look(id: number): Promise<RefreshRequest> {
  const [row] = await caller`select analytics.refresh_request(${id}) as request`;
  return refreshRequest.parse(row?.["request"]);
}

async function until(id: number, state: RefreshRequest["state"], seconds = 150): Promise<RefreshRequest> {
  const patience = Date.now() + seconds * 1_000;
  while (Date.now() < patience) {
    const request = await look(id);
    if (request.state === state) return request;
    await pause(200);
  }
  throw new Error(`Not ${state} within ${seconds} s: ${JSON.stringify(await look(id))}`);
}

/** Keeps the scheduler's hands off, and works through the queue as its jobs do: with their command, on a session of one's own. */
async function withoutScheduler(work: (run: () => Promise<void>) => Promise<void>): Promise<void> {
  const setActive = (active: boolean) =>
    sql`select cron.alter_job(jobid, active => ${active}) from cron.job where jobname like 'analytics-refresh-queue-%'`;
  await setActive(false);
  await workersAreIdle();
  try {
    await work(() => workRefreshQueue(sql, databaseUrl));
  } finally {
    await setActive(true);
  }
}

/** pg_cron takes up a change within a moment, and may have begun a run before. */
async function workersAreIdle(): Promise<void> {
  await pause(1_500);
  for (;;) {
    const rows = await sql`
      select from pg_stat_activity where query like '%claim_refresh%' and state <> 'idle' and pid <> pg_backend_pid()`;
    if (rows.length === 0) return;
    await pause(100);
  }
}

/** A request is running from its claim on; the snapshot of the refresh is taken later, before its view begins to wait. */
async function waits(): Promise<void> {
  for (;;) {
    const rows = await sql`
      select from pg_stat_activity where query like '%claim_refresh%' and wait_event = 'PgSleep'`;
    if (rows.length > 0) return;
    await pause(20);
  }
}

Deno.test.afterAll(async () => {
  await Promise.all([sql.end(), caller.end()]);
});

/** The connections are shared by all of them. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

test("pg_cron does what takes longer than a call may, cuts what outlives its own limit, and one does not wait for the other", async () => {
  // Longer than a call may, and until the other one is over.
  await plantView("mv_queue_slow", { waits: true, seconds: 11 });
  await plantView("mv_queue_cut", { waits: true, limit: "3 seconds" });
  try {
    const [slow, cut] = [await ask("mv_queue_slow"), await ask("mv_queue_cut")];
    deepEqual([slow.state, cut.state], ["queued", "queued"]);
    const failed = await until(cut.id, "finished");
    equal((await look(slow.id)).state, "running", "seen by others before it is committed");
    const [view] = failed.views;
    deepEqual([view?.outcome, view?.sqlstate], ["failed", "57014"]);
    equal(
      view?.message,
      "refresh of analytics.mv_queue_cut failed [57014]: canceling statement due to statement timeout",
    );

    await letThrough("mv_queue_slow");
    const done = await until(slow.id, "finished");
    deepEqual(done.views.map(({ outcome, attempt_count }) => [outcome, attempt_count]), [["refreshed", 1]]);
    const [row] = await sql`
      select requested_by, finished_at - started_at > interval '11 seconds' as is_long
      from analytics.refresh_log where id = ${done.views[0]?.refresh_id ?? 0}`;
    deepEqual({ ...row }, { requested_by: "request", is_long: true });
    const [run] = await sql`
      select count(*)::integer as failures from cron.job_run_details as d join cron.job as j on j.jobid = d.jobid
      where j.jobname like 'analytics-refresh-queue-%' and d.status = 'failed'`;
    equal(run?.["failures"], 0, "what failed is told to who asked, and not as a failure of the job");
  } finally {
    await dropView("mv_queue_slow");
    await dropView("mv_queue_cut");
  }
});

test("however many ask at once, they get one request", async () => {
  await plantView("mv_queue_once");
  try {
    await withoutScheduler(async (run) => {
      for (let round = 0; round < 5; round++) {
        const asked = await Promise.all(Array.from({ length: 8 }, () => ask("mv_queue_once")));
        deepEqual([...new Set(asked.map(({ id }) => id))].length, 1, `round ${round}`);
        await run();
        equal((await look(asked[0]?.id ?? 0)).state, "finished");
      }
    });
  } finally {
    await dropView("mv_queue_once");
  }
});

test("behind one that runs one more is queued, and it sees what was written after the first began", async () => {
  await plantView("mv_queue_behind", { waits: true });
  try {
    await withoutScheduler(async (run) => {
      const first = await ask("mv_queue_behind");
      const running = run();
      await until(first.id, "running");
      await waits();
      await sql`insert into public.mv_queue_behind_source values (2)`;
      const behind = await Promise.all(Array.from({ length: 6 }, () => ask("mv_queue_behind")));
      const ids = [...new Set(behind.map(({ id }) => id))];
      deepEqual([ids.length, ids[0] === first.id, behind[0]?.state], [1, false, "queued"]);
      await letThrough("mv_queue_behind");
      await running;
      await run();
      equal((await look(ids[0] ?? 0)).views[0]?.outcome, "refreshed");
      equal((await sql`select from analytics.mv_queue_behind`).length, 2);
    });
  } finally {
    await dropView("mv_queue_behind");
  }
});

test("a request that was made within a transaction waits for its commit, and then sees what it wrote", async () => {
  await plantView("mv_queue_commit");
  try {
    await withoutScheduler(async (run) => {
      const waiting = await ask("mv_queue_commit");
      const writer = connect();
      await writer.begin(async (transaction) => {
        await transaction`insert into public.mv_queue_commit_source values (2)`;
        const [row] =
          await transaction`select (freshet.request_refresh('mv_queue_commit', null, 'database')).id::integer as id`;
        equal(row?.["id"], waiting.id);
        await run();
        equal((await look(waiting.id)).state, "queued", "it would not see the row");
      });
      await writer.end();
      await run();
      equal((await look(waiting.id)).state, "finished");
      equal((await sql`select from analytics.mv_queue_commit`).length, 2);
    });
  } finally {
    await dropView("mv_queue_commit");
  }
});

test("a view that its schedule is refreshing comes when that has ended", async () => {
  await plantView("mv_queue_busy");
  try {
    await withoutScheduler(async (run) => {
      const holder = connect();
      const schedule = await holder.reserve();
      const asked = await ask("mv_queue_busy");
      try {
        await schedule`begin`;
        await schedule`select analytics.refresh_view('mv_queue_busy')`;
        await run();
        deepEqual((await look(asked.id)).views.map(({ state, outcome }) => [state, outcome]), [["queued", null]]);
        await schedule`commit`;
      } finally {
        schedule.release();
        await holder.end({ timeout: 1 });
      }
      await run();
      equal((await look(asked.id)).state, "finished");
    });
  } finally {
    await dropView("mv_queue_busy");
  }
});

test("a worker that is killed leaves its request queued; three times, and it is finished as failed", async () => {
  await plantView("mv_queue_killed", { waits: true });
  try {
    await withoutScheduler(async (run) => {
      const { id } = await ask("mv_queue_killed");
      for (let attempt = 1; attempt <= 3; attempt++) {
        const running = run().catch((error: unknown) => error);
        await until(id, "running");
        await pause(300);
        await sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where query like '%claim_refresh%' and state = 'active' and pid <> pg_backend_pid()`;
        ok(await running instanceof Error, "it was killed");
        const [view] = (await until(id, "queued")).views;
        deepEqual([view?.state, view?.attempt_count, view?.outcome], ["queued", attempt, null]);
      }
      await run();
      const { state, views: [view] } = await look(id);
      deepEqual([state, view?.outcome], ["finished", "failed"]);
      match(view?.message ?? "", /begun 3 times and never ended: its process or the server was killed each time/);
    });
  } finally {
    await dropView("mv_queue_killed");
  }
});

test("where a command cannot set a limit, as in background workers, the other worker cuts what outlives its own", async () => {
  await plantView("mv_queue_overdue", { waits: true, limit: "5 minutes" });
  try {
    await withoutScheduler(async () => {
      const [row] = await sql`select freshet.refresh_worker_command(1, true) as command`;
      const command = String(row?.["command"]);
      const { id } = await ask("mv_queue_overdue");
      const hanging = runAsJob(databaseUrl, command);
      await until(id, "running");
      await runAsJob(databaseUrl, command);
      equal((await look(id)).state, "running", "it has not outlived its limit yet");
      // What it may outlive its limit by.
      await pause(5_500);
      await sql`update analytics.views set statement_timeout = '1 millisecond' where view_name = 'mv_queue_overdue'`;
      await runAsJob(databaseUrl, command);
      await hanging;
      const [view] = (await look(id)).views;
      deepEqual([view?.outcome, view?.sqlstate, view?.attempt_count], ["failed", "57014", 1]);
    });
  } finally {
    await dropView("mv_queue_overdue");
  }
});
