-- Object: freshet.jobid_of_name()
-- Why: two owners may have a job of one name; see freshet.known_cron_jobs().
create function freshet.jobid_of_name(job_name text)
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (
            select k.jobid
            from analytics.known_jobs as k
            join analytics.audit_state as s on s.epoch = k.epoch
            join cron.job as j on j.jobid = k.jobid
            where k.job_name = jobid_of_name.job_name
            order by k.jobid
            limit 1
        ),
        -- A job that no pass has seen yet.
        (select j.jobid from cron.job as j where j.jobname = jobid_of_name.job_name order by j.jobid limit 1)
    );
$$;

revoke all on function freshet.jobid_of_name(text) from public, anon, authenticated;

comment on function freshet.jobid_of_name(text) is
    'The job that the audit knows by this name: as of the last pass, else by pg_cron''s name. Null when it is not scheduled.';
