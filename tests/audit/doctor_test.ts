// The doctor against a PostgreSQL that has never heard of Freshet: what is planted is found, nothing else is, its repairs mend it,
// and nothing is written. Then against the migrated database.
import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import postgres from "postgres";
import { type Examination, examine } from "../../tools/doctor/examine.ts";
import type { Diagnosis } from "../../tools/doctor/finding.ts";
import { repairSql } from "../../shared/audit/repair.ts";
import { KINDS } from "../../tools/doctor/kinds.ts";
import { failedAlert } from "../support/fixtures/audit_alert.ts";
import { readOnly } from "../../tools/doctor/read_only.ts";
import { exitCode } from "../../tools/doctor/report.ts";
import { type ForeignDatabase, startForeignDatabase } from "../support/rigs/foreign_database.ts";
import { schedulerPid, untilSchedulerRuns } from "../support/rigs/scheduler.ts";
import { testDatabaseUrl } from "../support/rigs/test_database.ts";
import { pause } from "../../stack/pause.ts";

let foreign: ForeignDatabase;
Deno.test.beforeAll(async () => {
  foreign = await startForeignDatabase();
});
Deno.test.afterAll(() => foreign.stop());

function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name, fn: body, sanitizeOps: false, sanitizeResources: false });
}

function told(examination: Examination): string[] {
  deepEqual(examination.unchecked, []);
  return examination.findings.map(({ kind, subject }) => `${kind}:${subject}`).sort();
}

const yearly = "0 0 1 1 *";

/** Each makes one thing wrong that the doctor must name. */
const PLANTS: readonly { readonly sql: string; readonly expect: string }[] = [
  {
    expect: "inactive:switched-off",
    sql: `select cron.schedule('switched-off', '${yearly}', 'select 2');
          select cron.alter_job(jobid, active := false) from cron.job where jobname = 'switched-off'`,
  },
  {
    expect: "failed:failing",
    sql: `select cron.schedule('failing', '${yearly}', 'select 1 / 0');
          insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
          select jobid, s, m, now(), now() from cron.job, (values ('succeeded', '1 row'), ('failed', 'ERROR:  division by zero'),
            ('failed', 'ERROR:  division by zero in row of anna@example.com')) as r (s, m) where jobname = 'failing'`,
  },
  {
    expect: "timed_out:slow",
    sql: `select cron.schedule('slow', '${yearly}', 'select slowly()');
          insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
          select jobid, 'failed', 'ERROR:  canceling statement due to statement timeout', now(), now() from cron.job where jobname = 'slow'`,
  },
  {
    expect: "infrastructure:pg_cron",
    sql: `select cron.schedule('unconnected', '${yearly}', 'select 3');
          insert into cron.job_run_details (jobid, status, return_message)
          select jobid, 'failed', 'connection failed' from cron.job where jobname = 'unconnected'`,
  },
  {
    expect: "restarted:pg_cron",
    sql: `select cron.schedule('interrupted', '${yearly}', 'select 4');
          insert into cron.job_run_details (jobid, status, return_message)
          select jobid, 'failed', 'server restarted' from cron.job where jobname = 'interrupted'`,
  },
  {
    expect: "zombie:zombie",
    sql: `select cron.schedule('zombie', '${yearly}', 'select 5');
          insert into cron.job_run_details (jobid, status, job_pid)
          select jobid, 'sending', 4194303 from cron.job where jobname = 'zombie';
          insert into cron.job_run_details (jobid, status, start_time, end_time)
          select jobid, 'succeeded', now() - interval '2 minutes', now() from cron.job where jobname = 'zombie'`,
  },
  { expect: "never_fires:never", sql: `select cron.schedule('never', '0 0 30 2 *', 'select 6')` },
  {
    expect: "missed:late",
    sql: `select cron.schedule('late', '*/10 * * * *', 'select 7');
          insert into cron.job_run_details (jobid, status, start_time, end_time)
          select jobid, 'succeeded', now() - interval '2 hours', now() - interval '2 hours' from cron.job where jobname = 'late'`,
  },
  {
    expect: "unset_timeout:unlimited",
    sql: `select cron.schedule('unlimited', '${yearly}', 'refresh materialized view concurrently public.totals')`,
  },
  {
    expect: "not_refreshable:counts",
    sql:
      `select cron.schedule('no-key', '${yearly}', $$set statement_timeout = '10min'; refresh materialized view concurrently counts$$)`,
  },
  {
    expect: "unpopulated:unfilled",
    sql:
      `select cron.schedule('unfilled', '${yearly}', $$set statement_timeout to '10min'; refresh materialized view concurrently unfilled$$)`,
  },
  {
    expect: "bundled_refreshes:bundle",
    sql:
      `select cron.schedule('bundle', '${yearly}', $$set statement_timeout = '10min'; select public.refresh_both()$$)`,
  },
  {
    expect: "duplicated:twin-again",
    sql: `select cron.schedule('twin', '${yearly}', 'select 8'), cron.schedule('twin-again', '${yearly}', 'select  8')`,
  },
  {
    expect: "wrong_host:lost",
    sql:
      `select cron.schedule('lost', '${yearly}', 'select 9'); update cron.job set database = 'gone' where jobname = 'lost'`,
  },
  {
    expect: "pile_up:queued",
    // A worker of the refresh queue follows itself at once while it has work; that is no finding.
    sql: `select cron.schedule('queued', '${yearly}', 'select 10'),
            cron.schedule('worker', '${yearly}', 'select freshet.claim_refresh(1)');
          insert into cron.job_run_details (jobid, status, start_time, end_time)
          select jobid, 'succeeded', now() - n * interval '1 minute', now() - (n - 1) * interval '1 minute' - interval '100 ms'
          from cron.job, generate_series(9, 1, -1) as n where jobname in ('queued', 'worker')`,
  },
  {
    expect: "too_fast:hasty",
    sql: `select cron.schedule('hasty', '${yearly}', 'select 11');
          insert into cron.job_run_details (jobid, status, start_time, end_time)
          select jobid, 'succeeded', now() - n * interval '1 hour', now() - n * interval '1 hour' + (case n when 1 then 1 else 60 end) * interval '1 second'
          from cron.job, generate_series(9, 1, -1) as n where jobname = 'hasty'`,
  },
  {
    expect: "secret_missing:service_key",
    sql:
      `create schema net; create table net._http_response (id bigint, status_code int, timed_out boolean, error_msg text, content text, created timestamptz);
          create table net.http_request_queue (id bigint); create schema vault; create table vault.secrets (name text);
          select cron.schedule('caller', '${yearly}', $$select net.http_post(url := 'x', headers := jsonb_build_object('k', (select decrypted_secret from vault.decrypted_secrets where name = 'service_key')))$$)`,
  },
  {
    expect: "http_failed:net._http_response: 401",
    sql: `insert into net._http_response values (1, 200, false, null, 'ok', now()), (2, 401, false, null, 'no', now())`,
  },
  {
    expect: "net_tampered:net.http_request_queue",
    sql: `create function swallow() returns trigger language plpgsql as 'begin return null; end';
          create trigger "swallow it" before insert on net.http_request_queue for each row execute function swallow()`,
  },
  {
    expect: "net_open:bi_reader",
    sql:
      `create role bi_reader login; grant usage on schema net to public; grant all on all tables in schema net to public`,
  },
  {
    expect: "unrefreshed:materialized views",
    sql:
      `create materialized view forgotten as select 1 as id; create schema other; create materialized view other."Old one" as select 2 as id`,
  },
  {
    expect: "refresh_denied:public.lent",
    sql:
      `create role lender; create role borrower; grant create on schema public to lender; create materialized view lent as select 1 as id;
          alter materialized view lent owner to lender; grant usage on schema cron to borrower; set role borrower;
          select cron.schedule('lent', '${yearly}', $$set statement_timeout = '1min'; refresh materialized view public.lent$$); reset role`,
  },
  {
    expect: "locking_refresh:locking",
    sql: `create materialized view busy as select 1 as id; create unique index on busy (id);
          select cron.schedule('locking', '${yearly}', $$set statement_timeout = '1min'; refresh materialized view busy$$)`,
  },
  {
    expect: "timezone_ignored:cron.timezone",
    sql: `alter database postgres set cron.timezone = 'US/Central'`,
  },
  {
    expect: "read_only:role reader",
    sql:
      `create role reader; grant usage on schema cron to reader; alter role reader set default_transaction_read_only = on;
          set role reader; select cron.schedule('reads', '${yearly}', 'select 14'); reset role`,
  },
  {
    expect: "near_timeout:slowing",
    sql: `select cron.schedule('slowing', '${yearly}', $$set statement_timeout = '60s'; select 13$$);
          insert into cron.job_run_details (jobid, status, start_time, end_time)
          select jobid, 'succeeded', now() - n * interval '1 hour', now() - n * interval '1 hour' + interval '50 seconds'
          from cron.job, generate_series(9, 1, -1) as n where jobname = 'slowing'`,
  },
  // Last: from its first run on, the scheduler crashes on it.
  {
    expect: "orphan_owner:orphaned",
    sql: `create role leaver superuser login; set session authorization leaver;
          select cron.schedule('orphaned', '${yearly}', 'select 12'); reset session authorization; drop role leaver`,
  },
];

test("the doctor finds nothing in a healthy database", async () => {
  const { sql, url } = foreign;
  await sql.unsafe(`
    create table amounts (account integer, amount integer);
    create materialized view totals as select account, sum(amount) as total from amounts group by 1;
    create unique index on totals (account);
    create materialized view counts as select account, count(*) as n from amounts group by 1;
    create unique index on counts (account) where account > 0;
    create materialized view unfilled as select 1 as one with no data;
    create unique index on unfilled (one);
    create function refresh_both() returns void language plpgsql as
      $$ begin refresh materialized view concurrently totals; refresh materialized view public.counts; end $$;
    select cron.schedule('healthy', '${yearly}', $$set statement_timeout = '10min'; refresh materialized view concurrently totals$$);
    select cron.schedule('healthy-counts', '0 2 1 1 *', $$set statement_timeout = '10min'; refresh materialized view counts$$);
    select cron.schedule('healthy-unfilled', '${yearly}', $$set statement_timeout = '10min'; refresh materialized view Public.unfilled$$);
  `).simple();
  const examination = await examine(url);
  deepEqual(told(examination), []);
  equal(exitCode(examination), 0);
  deepEqual([examination.has_freshet, examination.job_count, examination.cron_version], [false, 3, "1.4-1"]);
});

test("the doctor names each thing that is wrong, once, with a repair that needs nothing of Freshet", async () => {
  const { sql, url } = foreign;
  for (const { sql: plant } of PLANTS) await sql.unsafe(plant).simple();
  const examination = await examine(url);
  deepEqual(told(examination), PLANTS.map(({ expect }) => expect).sort());
  equal(exitCode(examination), 3);
  for (const { kind, severity, repair_sql, message } of examination.findings) {
    // The role of one job is less than a server.
    equal(severity, kind === "read_only" ? "error" : KINDS[kind as keyof typeof KINDS]);
    notEqual(repair_sql, null, kind);
    ok(
      !/\banalytics\.|\bprivate\./.test(repair_sql ?? ""),
      `${kind} is repaired with functions that are not there: ${repair_sql}`,
    );
    ok(!message.includes("anna@example.com"), message);
  }
});

test("the doctor writes nothing: no transaction id is assigned, and a check that tried would be refused", async () => {
  const { sql, url } = foreign;
  const state = async () => {
    const [row] = await sql`
      select md5(string_agg(j::text, '' order by jobid)) as jobs, (select md5(string_agg(d::text, '' order by runid)) from cron.job_run_details as d) as runs
      from cron.job as j`;
    return row;
  };
  await sql`update cron.job set active = false where jobname = 'healthy'`;
  const before = await state();
  const told_before = told(await examine(url));
  ok(told_before.includes("inactive:healthy"));
  deepEqual(await state(), before);
  // cron.unschedule writes from C, past the server's own guard: the transaction id gives it away, and it is rolled back.
  for (
    const write of [
      "select cron.unschedule('zombie')",
      "create table planted (id int)",
      "delete from cron.job_run_details",
      "select nextval('cron.runid_seq')",
      "create temporary table planted_too as select 1; insert into planted_too values (2)",
    ]
  ) {
    await rejects(
      readOnly(url, (session) => session.unsafe(write).simple()),
      /read-only transaction|a check wrote to the database/,
      write,
    );
  }
  deepEqual(await state(), before);
  await sql`update cron.job set active = true where jobname = 'healthy'`;
});

test("the doctor's repairs mend what they are about", async () => {
  const { sql, url } = foreign;
  const looks = new Set(["failed", "timed_out", "infrastructure", "restarted", "missed", "too_fast", "http_failed"]);
  // One repair may show what another is good for: a view that has got its index can be refreshed concurrently.
  for (const _round of [1, 2]) {
    for (const finding of (await examine(url)).findings) {
      if (finding.kind === "scheduler_gone" || looks.has(finding.kind)) continue;
      await sql.unsafe(completed(finding)).simple();
    }
  }
  const { findings } = await examine(url);
  const left = findings.filter(({ kind }) => kind !== "scheduler_gone" && !looks.has(kind));
  deepEqual(left.map(({ kind, subject }) => `${kind}:${subject}`), []);
});

/** Fills in what only a person can know. */
function completed({ kind, repair_sql }: Diagnosis): string {
  if (kind === "timezone_ignored") return "alter database postgres reset cron.timezone";
  if (kind === "secret_missing") return "insert into vault.secrets values ('service_key')";
  if (kind === "not_refreshable") return (repair_sql ?? "").replace("(…)", "(account)");
  if (kind === "pile_up") {
    return (repair_sql ?? "").replace("'…'", "'10 seconds'").replace(/schedule := .*/, "active := true);")
      .concat(" delete from cron.job_run_details where jobid = (select jobid from cron.job where jobname = 'queued')");
  }
  return repair_sql ?? "";
}

test("another owner's job of the same name is no duplicate; one that repeats the work is that owner's to end, for doctor and audit alike", async () => {
  const { sql, url } = foreign;
  await sql.unsafe(`
    create role landlord; grant usage on schema cron to landlord;
    select cron.schedule('shared', '${yearly}', 'select 21');
    set role landlord; select cron.schedule('shared', '${yearly}', 'select 22'), cron.schedule('theirs', '${yearly}', 'select 21'); reset role`)
    .simple();
  try {
    const found = (await examine(url)).findings.filter(({ subject }) => subject === "shared" || subject === "theirs");
    deepEqual(found.map(({ kind, subject }) => `${kind}:${subject}`), ["duplicated:theirs"]);
    const [their] = await sql`select jobid::integer from cron.job where jobname = 'theirs'`;
    const alert = failedAlert(1, {
      kind: "duplicated",
      foreign_duplicates: [{ job: "theirs", jobid: Number(their?.["jobid"]), owner: "landlord" }],
    });
    equal(found[0]?.repair_sql, repairSql(alert.payload));
    const jobs = () => sql`select jobname, username from cron.job order by jobid`;
    const before = await jobs();
    await sql.unsafe(found[0]?.repair_sql ?? "").simple();
    deepEqual(await jobs(), before);
  } finally {
    await sql.unsafe(
      "delete from cron.job where jobname in ('shared', 'theirs'); drop owned by landlord; drop role landlord",
    )
      .simple();
  }
});

test("the doctor says when the scheduler is gone, and when no run is recorded", async () => {
  const { sql, url } = foreign;
  await sql`delete from cron.job`;
  await sql`delete from cron.job_run_details`;
  await sql`alter system set cron.log_run = off`;
  await foreign.restart();
  await sql`select cron.schedule('healthy', '0 0 1 1 *', 'select 1')`;
  deepEqual(told(await examine(url)).filter((one) => !/^(?:http_failed|unrefreshed):/.test(one)), [
    "history_off:cron.log_run",
  ]);
  // The server starts it again a second later, which a busy machine may spend before the doctor looks.
  let examination = await examine(url);
  for (let attempt = 0; attempt < 20 && !told(examination).includes("scheduler_gone:pg_cron"); attempt += 1) {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pg_cron scheduler'`;
    examination = await examine(url);
  }
  ok(told(examination).includes("scheduler_gone:pg_cron"));
  equal(exitCode(examination), 3);
  await sql`alter system reset cron.log_run`;
  await foreign.restart();
});

test("a server that lets nothing write is told as that, and a restart is not its repair (pg_cron#270)", async () => {
  const { sql, url } = foreign;
  await sql`alter system set default_transaction_read_only = on`;
  await sql`select pg_reload_conf()`;
  // At each start its scheduler ends the runs that it finds open, in its history: it dies of it, and is started again.
  const [me] = await sql`select pg_backend_pid() as pid`;
  await sql.unsafe(`copy (select 1) to program 'kill -KILL ${await schedulerPid(sql)}'`).catch(() => {});
  await recovered(sql, Number(me?.["pid"]));
  try {
    await findsReadOnly(url);
  } finally {
    await sql`set default_transaction_read_only = off`;
    await sql`alter system reset default_transaction_read_only`;
    await sql`select pg_reload_conf()`;
  }
  await untilSchedulerRuns(sql);
  ok(
    !(await examine(url)).findings.some(({ kind }) => kind === "read_only" || kind === "scheduler_gone"),
    "both are over",
  );
  await sql`reset default_transaction_read_only`;
});

/** Examines until the scheduler, which starts again every second only to die, is seen gone. */
async function findsReadOnly(url: string): Promise<void> {
  let examined = await examine(url);
  for (let tries = 0; tries < 60 && !examined.findings.some(({ kind }) => kind === "scheduler_gone"); tries += 1) {
    await pause(300);
    examined = await examine(url);
  }
  const { findings, unchecked } = examined;
  deepEqual(unchecked, []);
  const told = new Map(findings.map((finding) => [`${finding.kind}:${finding.subject}`, finding]));
  equal(told.get("read_only:server")?.severity, "fatal");
  match(
    told.get("read_only:server")?.message ?? "",
    /is on for the whole server: 1 job runs in read-only transactions/,
  );
  match(told.get("read_only:server")?.repair_sql ?? "", /a restart changes nothing/);
  match(told.get("scheduler_gone:pg_cron")?.repair_sql ?? "", /read-only by default/);
  ok(!/restart PostgreSQL/.test(told.get("scheduler_gone:pg_cron")?.repair_sql ?? ""));
}

/** Waits until a server that was killed has ended every session and recovered. */
async function recovered(sql: postgres.Sql, old_pid: number): Promise<void> {
  for (let attempt = 0; attempt < 1_200; attempt += 1) {
    const [row] = await sql`select pg_backend_pid() as pid`.catch(() => []);
    if (row !== undefined && row["pid"] !== old_pid) return;
    await pause(100);
  }
  throw new Error("the server did not come back within 120 s");
}

test("the doctor sees what works on unseen, what hangs, and what waits for a lock", async () => {
  const { sql, url } = foreign;
  const [busy, hanging, holder, waiting] = [0, 1, 2, 3].map(() =>
    postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "pg_cron" } })
  );
  const started = async (session: postgres.Sql | undefined, work: string) => {
    const [row] = await session?.unsafe("select pg_backend_pid() as pid") ?? [];
    return { pid: Number(row?.["pid"]), done: session?.unsafe(work).simple().catch(() => {}) };
  };
  const detached = await started(busy, "select pg_sleep(60)");
  const stuck = await started(hanging, "select pg_sleep(60)");
  await sql`
    insert into cron.job_run_details (jobid, status, job_pid, start_time, return_message)
    select jobid, s, p, now() + interval '1 second', m
    from cron.job, (values ('failed', ${detached.pid}::integer, 'job canceled'), ('running', ${stuck.pid}::integer, null)) as r (s, p, m)
    where jobname = 'healthy'`;
  const lock = await started(holder, "begin; refresh materialized view totals; select pg_sleep(60)");
  const queued = await started(waiting, "refresh materialized view concurrently totals");
  await pause(1_500);

  const { findings, unchecked } = await examine(url, { stuck_after: -10, lock_wait_after: 1 });
  deepEqual(unchecked, []);
  const found = findings.map(({ kind, subject }) => `${kind}:${subject}`);
  for (const one of ["detached:healthy", "lock_wait:totals"]) ok(found.includes(one), `${one} is not among ${found}`);
  match(findings.find(({ kind }) => kind === "lock_wait")?.message ?? "", new RegExp(`behind process ${lock.pid}`));
  ok(found.includes("stuck:healthy"), `stuck:healthy is not among ${found}`);
  const later = await examine(url);
  ok(!later.findings.some(({ kind }) => kind === "stuck" || kind === "lock_wait"), "patience is not kept");

  for (const { pid } of [detached, stuck, lock, queued]) await sql`select pg_terminate_backend(${pid})`;
  await Promise.all([detached, stuck, lock, queued].map(({ done }) => done));
  await Promise.all([busy, hanging, holder, waiting].map((session) => session?.end({ timeout: 5 })));
});

test("the doctor is blind, not content, where it cannot see", async () => {
  const { sql, url } = foreign;
  await sql.unsafe(
    `create role onlooker login password '${new URL(url).password}'; ` +
      "grant usage on schema cron to onlooker; grant select on all tables in schema cron to onlooker",
  );
  const as_onlooker = url.replace("supabase_admin:", "onlooker:");
  const { findings, unchecked } = await examine(as_onlooker);
  deepEqual(unchecked.map(({ check, reason }) => [check, /permission denied/.test(reason)]), [["http", true]]);
  deepEqual(
    findings.filter(({ kind }) => kind === "blind").map(({ message }) => /sees its own jobs only/.test(message)),
    [true],
  );
  await sql`revoke usage on schema cron from onlooker`;
  const outside = await examine(as_onlooker);
  match(outside.findings.map(({ message }) => message).join(), /may not read cron\.job/);
  await sql`create database bare`;
  const [bare] = (await examine(url.replace(/\/postgres$/, "/bare"))).findings;
  equal(bare?.kind, "blind");
  match(bare?.message ?? "", /it lives in database "postgres"/);
});

test("the doctor cannot be made to wait: a locked catalog leaves one check unmade, and the others stand", async () => {
  const { sql, url } = foreign;
  await sql`select cron.schedule('never', '0 0 30 2 *', 'select 6')`;
  const locker = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await locker.begin(async (held) => {
      await held`lock table cron.job_run_details in access exclusive mode`;
      const examination = await examine(url);
      ok(examination.findings.some(({ kind }) => kind === "never_fires") || examination.unchecked.length > 0);
      ok(examination.unchecked.some(({ check }) => check === "history"));
      equal(exitCode(examination) === 0, false);
    });
  } finally {
    await locker.end({ timeout: 5 });
  }
});

test("every kind of the doctor is one of the audit's, with its severity", async () => {
  const sql = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });
  try {
    const rows = await sql`select kind, severity from analytics.alert_kinds`;
    const known = new Map(rows.map((row) => [String(row["kind"]), String(row["severity"])]));
    for (const [kind, severity] of Object.entries(KINDS)) equal(known.get(kind), severity, kind);
  } finally {
    await sql.end({ timeout: 5 });
  }
});

test("where Freshet is installed the doctor holds cron.job to the declarations, and passes on what the audit has open", async () => {
  const sql = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });
  const superuser = postgres(testDatabaseUrl("superuser"), { max: 1, onnotice: () => {} });
  try {
    await superuser`insert into cron.job (schedule, command, jobname, username, active) values (${yearly}, 'select 5', 'probe-edited', 'service_role', false)`;
    await sql`select analytics.register_job(job_name => 'probe-gone', schedule => ${yearly}, command => 'select 1')`;
    await sql`select cron.unschedule('probe-gone')`;
    await sql`select analytics.register_job(job_name => 'probe-edited', schedule => ${yearly}, command => 'select 1')`;
    await sql`select cron.schedule('probe-edited', ${yearly}, 'select 2')`;
    await sql`select cron.schedule('probe-stranger', ${yearly}, 'select 3')`;
    await sql`select analytics.register_job(job_name => 'probe-old', schedule => ${yearly}, command => 'select 4')`;
    await sql`select cron.unschedule('probe-old'), cron.schedule('probe-new', ${yearly}, 'select 4')`;
    await sql`
      insert into analytics.incidents (epoch, kind, subject, severity, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence)
      values (1, 'history_lost', 'probe', 'warning', now(), now(), now(), 1, '{"message": "3 runs vanished"}')`;
    const examination = await examine(testDatabaseUrl());
    deepEqual(examination.unchecked, []);
    const found = told(examination);
    for (
      const one of [
        "missing:probe-gone",
        "edited:probe-edited",
        "inactive:probe-edited of service_role",
        "undeclared:probe-edited of service_role",
        "undeclared:probe-stranger",
        "renamed:probe-old",
        "history_lost:probe",
      ]
    ) {
      ok(found.includes(one), `${one} is not among ${found.join(", ")}`);
    }
    const repair = (kind: string) =>
      examination.findings.find((one) => one.kind === kind && one.job?.startsWith("probe-"))?.repair_sql ?? "";
    match(repair("missing"), /analytics\.\w+\('probe-gone'\)/);
    match(
      repair("renamed"),
      /unschedule\(\d+\); select analytics\.restore_job\('probe-old'\)[^]*adopt_job\('probe-new'\)/,
    );
    ok(!found.some((one) => /^(?:missing|undeclared):probe-(?:old|new)$/.test(one)), "a renamed job is told as one");
    match(repair("undeclared"), /where jobid = \d+|unschedule\(\d+\)/);
    deepEqual(found.filter((one) => /^(?:missing|edited|undeclared):/.test(one) && !one.includes(":probe-")), []);
  } finally {
    await superuser`delete from cron.job where username = 'service_role'`;
    await superuser.end({ timeout: 5 });
    await sql`delete from analytics.incidents where subject = 'probe'`;
    await sql`delete from analytics.scheduled_jobs where job_name like 'probe-%'`;
    await sql`select cron.unschedule(jobname) from cron.job where jobname like 'probe-%'`;
    await sql.end({ timeout: 5 });
  }
});
