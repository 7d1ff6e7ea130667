import type { Row } from "postgres";
import { keepInLedger } from "../../shared/audit/repair_unseen.ts";
import type { Finding } from "./finding.ts";
import type { Job, Patient } from "./patient.ts";
import { textsOf } from "./texts.ts";

// A failure that was followed by a success of the same job is only a note: pg_net keeps it for six hours, even if it is
// repaired.

const CALLS_HTTP = /\bnet"?\s*\.\s*"?http_(?:get|post|delete)"?\s*\(/i;
const LOOK = "select id, created, status_code, timed_out, error_msg, left(content, 200) from net._http_response\n" +
  "where coalesce(status_code, 0) not between 200 and 299 order by id desc limit 20;";

/** Failed calls from Freshet's ledger, which knows each call's job and outcome. */
export async function failedCalls({ session }: Patient): Promise<Finding[]> {
  const rows = await session`
    with calls as (
      select c.call_id, c.job_name, c.function_name,
        coalesce(c.status_code, r.status_code) as status_code, coalesce(c.is_timed_out, r.timed_out, r.status_code is null and r.error_msg ~* 'time(d\\s*|-?)out', false) as is_timed_out,
        c.completion, c.queued_at
      from analytics.http_calls as c
      left join net._http_response as r
        -- A number that was given again after a crash means the newer call.
        on r.id = c.request_id and r.created >= c.queued_at - interval '1 minute'
          and not exists (select from analytics.http_calls as n where n.request_id = c.request_id and n.call_id > c.call_id)
      where c.queued_at > now() - interval '7 hours'
        and (c.completion is not null or c.harvested_at is not null or r.id is not null)
    ),
    judged as (
      select c.*, coalesce(c.completion = 'succeeded', coalesce(c.status_code, 0) between 200 and 299) as is_ok,
        case
          when c.completion = 'failed' then 'reported that it failed'
          when c.status_code is not null then 'answered ' || c.status_code
          when c.is_timed_out then 'did not answer in time'
          else 'did not answer'
        end as what
      from calls as c
    )
    select j.job_name, j.function_name, count(*)::integer as total, count(*) filter (where not j.is_ok)::integer as failed,
      (array_agg(j.what order by j.call_id desc) filter (where not j.is_ok))[1] as what,
      max(j.queued_at) filter (where not j.is_ok) as failed_at,
      -- A call by hand is made good by any later one of its function.
      exists (
        select from judged as later
        where later.is_ok and later.function_name = j.function_name
          and (j.job_name is null or later.job_name = j.job_name)
          and later.call_id > max(j.call_id) filter (where not j.is_ok)
      ) as is_over
    from judged as j
    group by j.job_name, j.function_name
    having count(*) filter (where not j.is_ok) > 0
    order by j.function_name, j.job_name`;
  return rows.map((row) => {
    const { job_name: job, function_name, failed, total } = row;
    const count = `${failed} of ${total} calls of the last hours failed`;
    const last = `function "${function_name}" ${row["what"]} to the call of ${moment(row["failed_at"])}`;
    return {
      kind: "http_failed",
      subject: String(job ?? `function ${function_name}, called by hand`),
      ...(job === null ? {} : { job: String(job) }),
      message: row["is_over"] === true ? `${last}, and later calls succeeded; ${count}` : `${last}; ${count}`,
      ...(row["is_over"] === true ? { severity: "info" as const } : {}),
      repair: LOOK,
    };
  });
}

/**
 * Failed answers from pg_net alone. It does not know the job, so the suspects are the jobs that call pg_net and ran
 * then.
 */
export async function failedAnswers(patient: Patient): Promise<Finding[]> {
  const { session } = patient;
  const known = patient.has_freshet
    ? session`exists (select from analytics.http_calls as c where c.request_id = r.id and r.created >= c.queued_at - interval '1 minute')`
    : session`false`;
  const rows = await session`
    with answers as (
      select r.id, r.created, coalesce(r.status_code, 0) between 200 and 299 as is_ok,
        case
          when r.status_code is not null then r.status_code::text
          -- Before August 2025 pg_net left timed_out empty.
          when coalesce(r.timed_out, r.error_msg ~* 'time(d\\s*|-?)out') then 'timed out'
          else 'no answer'
        end as outcome
      from net._http_response as r
      where not ${known}
    )
    select a.outcome, count(*)::integer as count, (select count(*)::integer from answers) as total, max(a.created) as last_at,
      exists (select from answers as s where s.is_ok and (s.created, s.id) > (max(a.created), max(a.id))) as is_followed
    from answers as a
    where not a.is_ok
    group by a.outcome
    order by 2 desc`;
  if (rows.length === 0) return [];
  const callers = await callersOf(patient);
  const jobids = callers.map(({ jobid }) => jobid);
  const findings: Finding[] = [];
  for (const row of rows) {
    const is_over = row["is_followed"] === true && await haveCalledSince(patient, jobids, row);
    const suspects = await ranThen(patient, callers, row);
    findings.push({
      ...whose(patient, suspects, row),
      message: `${row["count"]} of ${row["total"]} answers of the last hours: ${row["outcome"]}, the newest of ${
        moment(row["last_at"])
      }; ${is_over ? "those since then are good" : suspicion(suspects)}`,
      ...(is_over ? { severity: "info" as const } : {}),
    });
  }
  return findings;
}

/** Jobs that call pg_net directly or through functions. */
async function callersOf(patient: Patient): Promise<Job[]> {
  const callers: Job[] = [];
  for (const job of patient.jobs.filter((one) => one.active && one.database === patient.database)) {
    if ((await textsOf(patient, job)).some(({ text }) => CALLS_HTTP.test(text))) callers.push(job);
  }
  return callers;
}

async function ranThen({ session, reads_cron }: Patient, callers: readonly Job[], { last_at }: Row): Promise<Job[]> {
  if (!reads_cron || callers.length === 0) return [];
  const rows = await session`
    select distinct d.jobid::float8 as jobid from cron.job_run_details as d
    where d.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
      and d.jobid = any (${callers.map(({ jobid }) => jobid)}::bigint[])
      -- pg_net stamps an answer with the beginning of its batch.
      and d.start_time <= ${last_at}::timestamptz + interval '5 seconds'
      and coalesce(d.end_time, now()) >= ${last_at}::timestamptz - interval '1 minute'`;
  return callers.filter(({ jobid }) => rows.some((row) => Number(row["jobid"]) === jobid));
}

function suspicion(suspects: readonly Job[]): string {
  const names = suspects.map(({ name }) => `"${name}"`).join(", ");
  if (suspects.length === 0) return "no job that calls pg_net ran then: a trigger or a person called";
  if (suspects.length === 1) return `job ${names} calls pg_net itself and ran then: to pg_cron it succeeded`;
  return `jobs ${names} call pg_net themselves and ran then: to pg_cron they succeeded`;
}

/**
 * The finding's subject and repair: if the audit is installed, under its name, with the repair that uses its ledger.
 */
function whose({ has_freshet }: Patient, suspects: readonly Job[], { outcome }: Row): Omit<Finding, "message"> {
  if (!has_freshet) return { kind: "http_failed", subject: `net._http_response: ${outcome}`, repair: LOOK };
  const [first, ...others] = suspects;
  const named = first === undefined || others.length > 0 ? {} : { job: first.name, schedule: first.schedule };
  return {
    ...named,
    kind: "http_untracked",
    subject: first === undefined ? "no job" : others.length > 0 ? "pg_net" : first.name,
    repair: first === undefined ? LOOK : `${LOOK}\n${keepInLedger(suspects.map(({ name }) => name))}`,
  };
}

/**
 * Whether each suspect job has called again, long enough ago to have its answer. A success of a job that runs each
 * minute does not make up for the failure of a job that runs at night.
 */
async function haveCalledSince({ session, reads_cron }: Patient, callers: readonly number[], { last_at }: Row) {
  if (!reads_cron || callers.length === 0) return true;
  const [row] = await session`
    with runs as (
      select d.jobid, d.start_time from cron.job_run_details as d
      where d.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
        and d.jobid = any (${[...callers]}::bigint[]) and d.start_time is not null
    ),
    -- pg_net stamps an answer with the beginning of its batch.
    suspects as (
      select distinct r.jobid from runs as r
      where r.start_time between ${last_at}::timestamptz - interval '1 minute' and ${last_at}::timestamptz + interval '5 seconds'
    )
    select not exists (
      select from unnest(${[...callers]}::bigint[]) as c (jobid)
      where (c.jobid in (select s.jobid from suspects as s) or not exists (select from suspects))
        and not exists (
          select from runs as r
          where r.jobid = c.jobid and r.start_time > ${last_at}::timestamptz + interval '5 seconds'
            and r.start_time < now() - interval '1 minute'
        )
    ) as have_called`;
  return row?.["have_called"] === true;
}

function moment(value: unknown): string {
  return value instanceof Date ? value.toISOString().replace(/\.\d+Z$/, "Z") : String(value);
}
