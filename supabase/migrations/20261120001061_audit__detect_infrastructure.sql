-- Object: analytics.struck_jobs, private.observe_struck_jobs(), private.detect_infrastructure()
-- Grain: struck_jobs: one row per kind and job whose last run was struck from outside
-- Why: when pg_cron gets no connection or no worker, every job that was due fails. That is one incident about pg_cron,
--      which lasts until each of them has run again, and not one about each job.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values ('infrastructure', 'error', false, 'pg_cron could not start or keep a run: no connection, no worker, or the connection was lost.');

create table analytics.struck_jobs (
    kind text not null references analytics.alert_kinds (kind),
    job_name text not null,
    runid bigint not null,
    message text,
    struck_at timestamptz not null,
    primary key (kind, job_name)
);
alter table analytics.struck_jobs enable row level security;
revoke all on table analytics.struck_jobs from public, anon, authenticated;

comment on table analytics.struck_jobs is 'Jobs whose last run was struck by what also strikes others; a row leaves when the job has run again.';

create function private.observe_struck_jobs(kind text, runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
declare
    struck_count bigint;
begin
    with struck as (
        select r.job_name, max(r.runid) as runid, count(*) as run_count
        from unnest(runs) as r
        where r.ending = observe_struck_jobs.kind
        group by r.job_name
    ),
    noted as (
        insert into analytics.struck_jobs as s (kind, job_name, runid, message, struck_at)
        select observe_struck_jobs.kind, t.job_name, t.runid, r.message, coalesce(r.ended_at, r.started_at, clock_timestamp())
        from struck as t
        join unnest(runs) as r on r.runid = t.runid
        on conflict on constraint struck_jobs_pkey do update
        set runid = excluded.runid, message = excluded.message, struck_at = excluded.struck_at
        returning 1
    )
    select coalesce(sum(t.run_count), 0) into struck_count from struck as t;

    if struck_count > 0 then
        perform private.observe(
            kind => observe_struck_jobs.kind,
            subject => 'pg_cron',
            state => 'bad',
            observed_at => clock_timestamp(),
            evidence => private.struck_evidence(kind),
            weight => struck_count
        );
    end if;

    delete from analytics.struck_jobs as s
    where s.kind = observe_struck_jobs.kind
        and (
            exists (
                select
                from unnest(runs) as r
                where r.job_name = s.job_name and r.runid > s.runid and r.ending in ('succeeded', 'failed', 'timed_out')
            )
            or private.is_audit_sighted() and not exists (
                select from cron.job as j where coalesce(j.jobname::text, 'jobid:' || j.jobid) = s.job_name and j.active
            )
        );

    if exists (select from analytics.findings as f where f.kind = observe_struck_jobs.kind and f.state = 'bad')
        and not exists (select from analytics.struck_jobs as s where s.kind = observe_struck_jobs.kind)
    then
        perform private.observe(kind, 'pg_cron', 'ok', clock_timestamp(), '{}');
    end if;
end
$$;
revoke all on function private.observe_struck_jobs(text, private.audited_run[]) from public, anon, authenticated;
comment on function private.observe_struck_jobs(text, private.audited_run[]) is
    'Observes a kind that strikes many jobs at once: bad with each such run, ok when every job has run again. Not idempotent: each run is given once.';

create function private.struck_evidence(kind text)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        -- A single one can be muted like any job.
        'job', case when count(*) = 1 then min(s.job_name) end,
        'job_count', count(*),
        'jobs', to_jsonb((array_agg(s.job_name order by s.job_name))[1:20]),
        'runid', max(s.runid),
        'message', format(
            '%s: %s', (array_agg(s.message order by s.runid desc))[1],
            array_to_string((array_agg(s.job_name order by s.job_name))[1:20], ', ')
        )
    )
    from analytics.struck_jobs as s
    where s.kind = struck_evidence.kind;
$$;
revoke all on function private.struck_evidence(text) from public, anon, authenticated;
comment on function private.struck_evidence(text) is 'Which jobs are struck, and by what.';

create function private.detect_infrastructure(runs private.audited_run[])
returns void
language sql
set search_path = ''
as $$
    select private.observe_struck_jobs('infrastructure', runs);
$$;
revoke all on function private.detect_infrastructure(private.audited_run[]) from public, anon, authenticated;
comment on function private.detect_infrastructure(private.audited_run[]) is
    'Kind infrastructure: runs that pg_cron could not start or keep, one incident for all jobs. Not idempotent: each run is given once.';
