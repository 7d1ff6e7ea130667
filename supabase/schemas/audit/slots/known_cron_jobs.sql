-- Object: private.known_cron_jobs()
-- Why: pg_cron's key is the name and the owner. Where two owners have a job of one name, one of them keeps the plain name
--      and the others are called after their owner too, so that no run, slot or incident of one is taken for the other's.
create function private.known_cron_jobs()
returns table (
    job_name text,
    jobid bigint,
    schedule text,
    command text,
    owner text,
    database text,
    active boolean
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        -- The declared owner's, else the audit's own, else the one that was there first.
        case j.username when first_value(j.username) over (
            partition by n.job_name
            order by coalesce(j.username = d.owner, false) desc, (j.username = current_user) desc, j.jobid
        )
            then n.job_name
            else format('%s of %s', n.job_name, j.username)
        end,
        j.jobid, j.schedule, j.command, j.username, j.database, j.active
    from cron.job as j
    cross join lateral (select coalesce(j.jobname::text, 'jobid:' || j.jobid) as job_name) as n
    left join analytics.scheduled_jobs as d on d.job_name = n.job_name;
$$;

revoke all on function private.known_cron_jobs() from public, anon, authenticated;

comment on function private.known_cron_jobs() is
    'cron.job under the names by which the audit knows its jobs: of several owners'' jobs with one name, one has it and the others are "<name> of <owner>".';
