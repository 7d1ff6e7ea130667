// What one thing in the catalogue, in the history or in a detector can do to a pass: be reported. Everything else is seen and delivered.
import assert from "node:assert/strict";
import { AppError } from "../../shared/kernel/app_error.ts";
import { proofs } from "../support/random/proofs.ts";
import { inUndoneWorld, type UndoneWorld } from "../support/rigs/undone_world.ts";

function test(name: string, body: (world: UndoneWorld) => Promise<void>): void {
  Deno.test(name, () => inUndoneWorld(body));
}

test("two rows of one jobid end no pass, and count no run twice (pg_cron#440)", async ({ sql, plant, audit, open }) => {
  await plant("probe", ["failed"]);
  await sql`alter table cron.job drop constraint job_pkey`;
  await sql`insert into cron.job (jobid, schedule, command, jobname)
    select jobid, schedule, 'select 2', 'twin' from cron.job where jobname = 'probe'`;
  const summary = await audit();
  assert.deepEqual([summary.outcome, summary.audited], ["bad", 1]);
  assert.ok((await open()).includes("failed:probe"));
  assert.ok(!(await open()).some((one) => one.startsWith("detector_failed")), "and nothing in the audit failed");
});

test("two rows of one run end no part of a pass", async ({ sql, plant, audit, open }) => {
  await plant("probe", ["failed"]);
  await sql`alter table cron.job_run_details drop constraint job_run_details_pkey`;
  await sql`insert into cron.job_run_details select * from cron.job_run_details order by runid desc limit 1`;
  const { audited } = await audit();
  await audit();
  assert.deepEqual([audited, (await open()).filter((one) => /detector_failed|:probe/.test(one))], [1, [
    "failed:probe",
  ]]);
});

test("a time limit that no server takes, in anybody's job, is none", async ({ sql, plant, audit, open }) => {
  await plant("probe", ["failed"]);
  for (const limit of ["99999999999999999999", "9999999999", "1.5s", "0", "-1", "1e99"]) {
    const command = `set statement_timeout = '${limit}'; select 1`;
    await sql`insert into cron.job (schedule, command, active, jobname) values ('0 0 1 1 *', ${command}, false, ${limit})`;
    await sql`
      insert into cron.job_run_details (jobid, status, start_time, end_time)
      select jobid, 'succeeded', now() - interval '1 second', now() from cron.job, generate_series(1, 6) where jobname = ${limit}`;
  }
  await audit();
  const alarming = (await open()).filter((one) => /detector_failed|near_timeout/.test(one));
  // 1.5 s are no 1 ms: a run of a second took two thirds of its limit.
  assert.deepEqual([alarming, (await open()).includes("failed:probe")], [[], true]);
});

test("a backlog is eaten in passes of which each fits the time of a statement, and its end is told", async (world) => {
  const { sql, plant, audit, open } = world;
  const rows = proofs(6_000, 200_000);
  await sql`set local statement_timeout = ${sql.unsafe(rows > 10_000 ? "'8s'" : "'1500ms'")}`;
  await plant("probe", []);
  // Each job fails and recovers again and again.
  await sql`
    insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
    select j.jobid, case when n.n / 1000 % 2 = 0 then 'failed' else 'succeeded' end, 'ERROR:  x', now(), now()
    from generate_series(1, ${rows}) as n (n)
    join (select jobid, row_number() over (order by jobid) - 1 as place from cron.job) as j on j.place = n.n % 20
    order by n.n`;
  await plant("probe", ["failed"]);
  const left = async () => {
    const [row] = await sql`
      select (select count(*) from cron.job_run_details where runid > (select low_runid from analytics.audit_state))::integer
        + (select coalesce(sum(cardinality(runs)), 0) from freshet.detector_arrears)::integer as count`;
    return Number(row?.["count"]);
  };
  let calls = 0;
  for (; await left() > 0; calls += 1) {
    assert.ok(calls < 40, `after 40 calls ${await left()} runs are left`);
    await audit();
  }
  assert.ok((await open()).includes("failed:probe"));
});

test("a pass that runs out of time reads half as much, remembers it, and is told when a second call fails", async (world) => {
  const { sql, sink, plant, audit, open } = world;
  await audit();
  // However quick the machine is, no pass gets through more than 200 of them, and however slow, one through fewer.
  await sql.unsafe(`
    create or replace function freshet.run_time(moment timestamptz) returns timestamptz language plpgsql as $$
    begin
      if (select least(s.batch_size, (select count(*) from cron.job_run_details as d where d.runid > s.low_runid)) > 200
          from analytics.audit_state as s) then
        perform pg_sleep(60);
      end if;
      return moment;
    end $$;
    set local statement_timeout = '1500ms'`);
  await plant("probe", Array.from({ length: 300 }, () => "failed"));
  const outcomes: string[] = [];
  const health: string[] = [];
  const isRead = async () => {
    const [state] = await sql`
      select low_runid = (select max(runid) from cron.job_run_details) and not exists (select from freshet.detector_arrears) as is_read
      from analytics.audit_state`;
    return state?.["is_read"] === true;
  };
  while (!(await isRead())) {
    assert.ok(outcomes.length < 20, `after 20 calls runs are left: ${outcomes.join()}`);
    // A minute later each time: a monitor gets no more than three check-ins a minute.
    await sql`delete from analytics.check_ins_asked`;
    outcomes.push((await audit()).outcome);
    const [row] = await sql`select analytics.get_audit_health() -> 'reasons' ->> 0 as reason`;
    health.push(String(row?.["reason"]));
  }
  assert.deepEqual(outcomes.slice(0, 2), ["failed", "failed"]);
  assert.ok(!outcomes.slice(2).includes("failed"), outcomes.join());
  assert.match(health[0] ?? "", /^the last audit failed: audit_pass failed \[57014/);
  assert.doesNotMatch(health.at(-1) ?? "", /failed: audit_pass/);
  const told = sink.events().map((event) => event["tags"] as Record<string, unknown>)
    .filter((tags) => tags["kind"] === "audit_failed").map((tags) => tags["transition"]);
  assert.deepEqual(told, ["opened", "recovered"], "once, from the second call in a row");
  assert.deepEqual(sink.checkIns().map((one) => one["status"]).slice(0, 4), ["ok", "error", "error", "ok"]);
  assert.match(JSON.stringify(sink.checkIns()[1]), /57014/);
  assert.ok((await open()).includes("failed:probe"));
});

test("a dropped extension is told as blindness, and what waits is delivered (supabase#22389)", async (world) => {
  const { sql, sink, plant, audit, open } = world;
  await plant("probe", ["failed"]);
  await world.pass();
  await sql`drop extension pg_cron cascade`;
  const gone = await audit();
  assert.equal(gone.outcome, "unknown");
  assert.match(gone.reasons[0] ?? "", /^blind: the run history of pg_cron cannot be read \[(3F000|42P01)\]/);
  const kinds = sink.events().map((event) => (event["tags"] as Record<string, unknown>)["kind"]);
  assert.deepEqual(kinds.filter((kind) => kind === "failed" || kind === "blind").sort(), ["blind", "failed"]);
  const [checkIn] = sink.checkIns();
  assert.equal(checkIn?.["status"], "error");
  assert.match(JSON.stringify(checkIn?.["contexts"]), /cannot be read/);

  // It is back, and its jobs are not: nothing says so but the audit, called by hand or by the monitor's alarm.
  await sql`create extension pg_cron`;
  await sql`grant usage on schema cron to postgres`;
  await sql`grant all on all tables in schema cron to postgres`;
  const lost = await audit();
  assert.match(lost.reasons[0] ?? "", /^blind: cron.job has no visible job "analytics-cron-audit"/);
  await sql`grant all on all functions in schema cron to postgres`;
  await sql`set local role postgres`;
  await sql`select analytics.restore_job('analytics-cron-audit')`;
  await sql`reset role`;
  await audit();
  const missing = (await open()).filter((one) => one.startsWith("missing:"));
  assert.ok(missing.includes("missing:probe") && missing.length > 20, "then it names every job that is lost");
});

test("without pg_stat_statements, or with one that may not be read, a pass finds no slow statement and does not fail", async ({ sql, audit, open }) => {
  for (
    const loss of [
      "revoke execute on function extensions.pg_stat_statements(boolean) from public",
      "drop extension pg_stat_statements cascade",
    ]
  ) {
    await sql.unsafe(loss);
    await audit();
    assert.ok(!(await open()).some((one) => /detector_failed|slow_statement/.test(one)), loss);
  }
});

test("a detector that fails is told, leaves nothing half written, and takes none along", async (world) => {
  const { sql, sink, plant, audit, open } = world;
  await plant("probe", ["failed"]);
  await sql.unsafe(`
    create function freshet.detect_badly() returns void language plpgsql as $$
    begin
      perform freshet.observe('failed', 'half-written', 'bad', clock_timestamp(), '{}');
      perform 1 / 0;
    end $$`);
  await sql`insert into analytics.audit_detectors (place, detector, call) values (1, 'badly', 'freshet.detect_badly()')`;
  const summary = await audit();
  assert.deepEqual((await open()).filter((one) => /failed/.test(one)), ["detector_failed:badly", "failed:probe"]);
  assert.ok(summary.reasons.includes("detector_failed:badly"));
  const event = sink.events().find((one) => JSON.stringify(one).includes("detector_failed"));
  const { incident } = event?.["contexts"] as { incident: Record<string, string> };
  assert.match(incident["message"] ?? "", /division by zero/);
  assert.equal((event?.["tags"] as Record<string, string>)["sqlstate"], "22012");
  assert.match(incident["repair_sql"] ?? "", /audit_detectors/);

  await sql`delete from analytics.audit_detectors where detector = 'badly'`;
  await audit();
  assert.deepEqual((await open()).filter((one) => /failed/.test(one)), ["failed:probe"]);
});

test("a fault in guessing whose an answer was leaves the calls of the ledger judged", async ({ sql, plant, audit, open }) => {
  await plant("probe", []);
  await sql`
    insert into analytics.http_calls (function_name, job_name, queued_at, deadline_at, awaits_completion, outcome, settled_at, harvested_at, status_code)
    values ('called', 'probe', now(), now(), false, 'failed', now(), now(), 500)`;
  await sql.unsafe(`
    create or replace function freshet.detect_untracked_answers() returns void language plpgsql as
    'begin raise division_by_zero; end'`);
  await audit();
  const found = (await open()).filter((one) => /failed/.test(one));
  assert.deepEqual(found, ["detector_failed:http_untracked", "http_failed:probe"]);
});

test("a detector that is given a run which it cannot bear gets the others all the same, a pass or two later", async (world) => {
  const { sql, plant, pass } = world;
  await sql.unsafe(`
    set local role postgres;
    create table freshet.probed (runid bigint);
    create function freshet.detect_choosily(runs freshet.audited_run[]) returns void language plpgsql as $$
    begin
      perform 1 / (r.runid - r.runid) from unnest(runs) as r where r.message like '%poison%';
      insert into freshet.probed select r.runid from unnest(runs) as r;
    end $$;
    reset role`);
  await sql`insert into analytics.audit_detectors (place, detector, call) values (1, 'choosily', 'freshet.detect_choosily($1)')`;
  await plant("probe", ["failed", "failed", "failed"]);
  await sql`update cron.job_run_details set return_message = 'poison' 
    where runid = (select runid - 1 from cron.job_run_details order by runid desc limit 1)`;
  await pass();
  await plant("probe", ["failed"]);
  await pass();
  const [finding] =
    await sql`select evidence ->> 'message' as message from analytics.findings where subject = 'choosily'`;
  assert.match(finding?.["message"], /runs left out: 1/);
  await pass();
  const rows = await sql`select d.return_message = 'poison' as is_poison, count(p.runid)::integer
    from cron.job_run_details as d left join freshet.probed as p using (runid)
    where d.jobid = (select jobid from cron.job where jobname = 'probe') group by 1 order by 1`;
  assert.deepEqual(rows.map((row) => [row["is_poison"], row["count"]]), [[false, 3], [true, 0]]);
});

test("a detector that takes all the time there is costs the others one pass, and comes last from then on", async (world) => {
  const { sql, plant, audit, open } = world;
  await sql`set local statement_timeout = '5s'`;
  await sql`insert into analytics.audit_detectors (place, detector, call) values (1, 'sleepy', 'pg_sleep(60)')`;
  await plant("probe", ["failed"]);
  const first = await audit();
  assert.deepEqual([first.outcome, (await open()).includes("failed:probe")], ["bad", false]);
  assert.equal(first.reasons[0], "detector_failed:sleepy", "what was not looked for is not well");
  const [finding] =
    await sql`select evidence ->> 'message' as message from analytics.findings where kind = 'detector_failed' and subject = 'sleepy'`;
  assert.equal(finding?.["message"], "it used up the time of the pass");
  await audit();
  const told = (await open()).filter((one) => /failed/.test(one));
  assert.deepEqual(told, ["detector_failed:sleepy", "failed:probe"]);
});

test("a calendar that could not be computed is told when it lacks twice, and costs what is said of slots only", async (world) => {
  const { sql, plant, audit, open } = world;
  await plant("probe", ["failed"]);
  await sql`alter function analytics.audit_calendar_request() rename to audit_calendar_request_away`;
  await audit();
  assert.deepEqual((await open()).filter((one) => /failed/.test(one)), ["failed:probe"]);
  await audit();
  assert.ok((await open()).includes("detector_failed:calendar"));
});

test("two owners' jobs of one name are two jobs, each with its runs, its pace and its slots", async (world) => {
  const { sql, plant, pass } = world;
  await plant("probe", ["succeeded"]);
  await sql`insert into cron.job (schedule, command, jobname, username, active) values ('*/7 * * * *', 'select 2', 'probe', 'service_role', false)`;
  await sql`
    insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
    select jobid, 'failed', 'ERROR:  x', now() - interval '20 seconds', now() from cron.job
    where jobname = 'probe' and username = 'service_role'`;
  await pass();
  const slots =
    await sql`select job_name, schedule, next_slot_at < now() + interval '8 minutes' as is_soon from analytics.job_slots
    where job_name like 'probe%' order by 1`;
  assert.deepEqual(slots.map((row) => [row["job_name"], row["schedule"], row["is_soon"]]), [
    ["probe", "0 0 1 1 *", false],
    ["probe of service_role", "*/7 * * * *", true],
  ]);
  const paces = await sql`select job_name, last_success_runid is not null as has_succeeded from analytics.job_pace
    where job_name like 'probe%' order by 1`;
  assert.deepEqual(paces.map((row) => [row["job_name"], row["has_succeeded"]]), [
    ["probe", true],
    ["probe of service_role", false],
  ]);
});

test("a server that takes no writes is told by the monitor, with the reason (pg_cron#270)", async ({ sql, sink, audit }) => {
  await sql`set transaction read only`;
  await assert.rejects(audit(), AppError);
  const [checkIn] = sink.checkIns();
  assert.equal(checkIn?.["status"], "error");
  assert.match(JSON.stringify(checkIn?.["contexts"]), /audit_pass failed \[25006/);
});

test("an alert with a value that cannot be read is told without it, and keeps no other one waiting", async (world) => {
  const { sql, sink, plant, pass, audit } = world;
  await plant("probe", ["failed"]);
  await plant("unreadable", ["failed"]);
  await plant("beside", ["failed"]);
  await pass();
  await sql`update analytics.outbox set payload = payload || '{"runid": "seven"}' where payload ->> 'subject' = 'probe'`;
  await sql`update analytics.outbox set payload = '[]' where payload ->> 'subject' = 'unreadable'`;

  const { sent, parked, pending } = await audit();
  assert.deepEqual({ sent, parked, pending }, { sent: 2, parked: 1, pending: 0 });
  assert.equal(sink.events().length, 2);
  const [health] = await sql`select analytics.get_audit_health() ->> 'reasons' as reasons`;
  assert.match(String(health?.["reasons"]), /the audit itself cannot read this alert, at payload/);
});
