-- Object: freshet.known_cron_jobs()
-- Why: pg_cron's key is the name and the owner. Where two owners have a job of one name, one of them keeps the plain
--      name and the others are named after their owner too, so that no run, slot or incident of one is taken for the
--      other's. Read by most detectors of each pass, so it is PL/pgSQL, which plans its query once in a session.
create function freshet.known_cron_jobs()
returns table (
    job_name text,
    jobid bigint,
    schedule text,
    command text,
    owner text,
    database text,
    active boolean
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select
        -- Almost no name is long, and a function call for each job would be the greatest cost here.
        case when octet_length(k.told) <= 200 then k.told else freshet.short_name(k.told) end,
        k.jobid, k.schedule, k.command, k.username, k.database, k.active
    from (
        select
            case
                when d.job_name is not null then d.job_name
                -- Of those that are not declared: the audit's own, else the oldest; unless the name is taken.
                when j.username = first_value(j.username) over (
                    partition by n.job_name
                    order by coalesce(d.job_name = n.job_name, false) desc, (d.job_name is null) desc, (j.username = current_user) desc, j.jobid
                )
                    then n.job_name
                else format('%s of %s', n.job_name, j.username)
            end as told,
            j.jobid, j.schedule, j.command, j.username, j.database, j.active
        from cron.job as j
        cross join lateral (select coalesce(j.jobname::text, 'jobid:' || j.jobid) as job_name) as n
        left join (
            select distinct on (coalesce(s.cron_name, s.job_name), s.owner)
                s.job_name, s.owner::text as owner, coalesce(s.cron_name, s.job_name) as cron_name
            from analytics.scheduled_jobs as s
            order by coalesce(s.cron_name, s.job_name), s.owner, s.cron_name is not null, s.job_name
        ) as d on d.cron_name = n.job_name and d.owner = j.username
    ) as k;
end
$$;

revoke all on function freshet.known_cron_jobs() from public, anon, authenticated;

comment on function freshet.known_cron_jobs() is
    'cron.job under the names by which the audit knows its jobs: as declared; of several owners'' jobs with one name, one has it and the others are "<name> of <owner>"; a very long name is shortened.';
