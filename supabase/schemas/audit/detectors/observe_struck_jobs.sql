-- Object: freshet.observe_struck_jobs(), used by the detectors of kinds infrastructure and restarted
-- Why: when pg_cron gets no connection or no worker, every job that was due fails. That is one incident about pg_cron,
--      which lasts until each of them has run again, and not one about each job.
create function freshet.observe_struck_jobs(kind text, runs freshet.audited_run[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
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
        perform freshet.observe(
            kind => observe_struck_jobs.kind,
            subject => 'pg_cron',
            state => 'bad',
            observed_at => clock_timestamp(),
            evidence => freshet.struck_evidence(kind),
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
            or freshet.is_audit_sighted() and not exists (
                select from freshet.known_cron_jobs() as j where j.job_name = s.job_name and j.active
            )
        );

    if exists (select from analytics.findings as f where f.kind = observe_struck_jobs.kind and f.state = 'bad')
        and not exists (select from analytics.struck_jobs as s where s.kind = observe_struck_jobs.kind)
    then
        perform freshet.observe(kind, 'pg_cron', 'ok', clock_timestamp(), '{}');
    end if;
end
$$;

revoke all on function freshet.observe_struck_jobs(text, freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.observe_struck_jobs(text, freshet.audited_run[]) is
    'Observes a kind that strikes many jobs at once: bad with each such run, ok when every job has run again. Not idempotent: each run is given once.';
