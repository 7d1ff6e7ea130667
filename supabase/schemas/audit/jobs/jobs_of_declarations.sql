-- Object: freshet.jobs_of_declarations()
-- Why: pg_cron knows a job by its name and its owner. A job of another owner that has the name of a declared one is a
--      stranger, and no repair may touch it.
create function freshet.jobs_of_declarations()
returns table (job_name text, jobid bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- Another owner's job is the declared one if it does the declared work and the declared owner has none: it changed
    -- hands.
    select d.job_name, j.jobid
    from analytics.scheduled_jobs as d
    join freshet.known_cron_jobs() as j on j.job_name = d.job_name
    where j.owner = d.owner
        or freshet.command_fingerprint(j.command) = d.command_fingerprint
            and not exists (
                select from freshet.known_cron_jobs() as o where o.job_name = d.job_name and o.owner = d.owner
            );
$$;

revoke all on function freshet.jobs_of_declarations() from public, anon, authenticated;

comment on function freshet.jobs_of_declarations() is 'Which jobs of cron.job are the declared ones: by name and owner.';
