-- Object: freshet.duplicate_jobs(), used by the detectors of kinds duplicated and undeclared
-- Why: an undeclared job that repeats the work of another one is reported as its duplicate, and only as that.
create function freshet.duplicate_jobs()
returns table (job_name text, jobid bigint, original text, owner text, is_of_same_owner boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with jobs as (
        select j.*, exists (select from freshet.jobs_of_declarations() as d where d.jobid = j.jobid) as is_declared
        from freshet.known_cron_jobs() as j
    ),
    repeated as (
        -- It repeats a declared job at any time, or any job at the same minutes. Its name says nothing about its work.
        select j.job_name, j.jobid, o.job_name as original, j.owner, o.owner = j.owner as is_of_same_owner
        from jobs as j
        join jobs as o
            on o.command = j.command
            and o.database = j.database
            and o.jobid <> j.jobid
            and (o.is_declared or (o.schedule = j.schedule and o.jobid < j.jobid))
        where not j.is_declared
            and j.jobid <> all (array(select n.new_jobid from freshet.renamed_jobs() as n))
    )
    select distinct on (r.jobid) r.job_name, r.jobid, r.original, r.owner, r.is_of_same_owner
    from repeated as r
    order by r.jobid, r.is_of_same_owner desc, r.original;
$$;

revoke all on function freshet.duplicate_jobs() from public, anon, authenticated;

comment on function freshet.duplicate_jobs() is
    'Jobs that repeat the work of another one, and whether both have one owner.';
