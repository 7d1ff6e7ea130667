-- Object: analytics.adopt_job()
-- Why: a job that was scheduled by hand is declared without scheduling it again.
create function analytics.adopt_job(
    job_name text,
    late_after interval default '5 minutes',
    max_runtime interval default '10 minutes',
    owner name default null
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    declared_as text := job_name;
    -- By pg_cron's name, else by the audit's.
    jobids bigint[] := array(
        select j.jobid from cron.job as j
        where j.jobname = adopt_job.job_name and (adopt_job.owner is null or j.username = adopt_job.owner)
    );
    owners text[];
begin
    if jobids <> '{}' and exists (
        -- The declared owner's job has the plain name while it exists.
        select
        from analytics.scheduled_jobs as d
        join cron.job as o on o.jobname = d.job_name and o.username = d.owner
        where d.job_name = adopt_job.job_name and o.jobid <> all (jobids)
    ) then
        declared_as := (select format('%s of %s', j.jobname, j.username) from cron.job as j where j.jobid = jobids[1] limit 1);
    elsif jobids = '{}' then
        jobids := array(
            select k.jobid
            from freshet.known_cron_jobs() as k
            join cron.job as j on j.jobid = k.jobid
            where j.jobname is not null
                and adopt_job.job_name in (k.job_name, freshet.job_label(k.job_name, k.owner))
                and (adopt_job.owner is null or k.owner = adopt_job.owner)
        );
    end if;
    if cardinality(jobids) <> 1 then
        owners := array(select j.username from cron.job as j where j.jobid = any (jobids) order by j.username);
        raise exception using
            errcode = 'no_data_found',
            message = format(
                'cannot adopt job "%s"%s: cron.job has %s jobs of that name, not one%s', job_name,
                ' of "' || adopt_job.owner || '"', cardinality(jobids), ' (of ' || nullif(array_to_string(owners, ', '), '') || ')'
            ),
            hint = 'If two owners have the name, give one: owner => ''<role>''. A job without a name is unscheduled by its jobid and scheduled again with analytics.register_job.';
    end if;
    perform freshet.adopt_jobid(jobids[1], declared_as, late_after, max_runtime);
end
$$;

revoke all on function analytics.adopt_job(text, interval, interval, name) from public, anon, authenticated;

comment on function analytics.adopt_job(text, interval, interval, name) is
    'Declares a job as it is in cron.job now: wanted, with this schedule and command. Also takes the audit''s name, "<name> of <owner>" for a second owner''s. Changes nothing in pg_cron. Idempotent.';
