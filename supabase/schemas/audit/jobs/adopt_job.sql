-- Object: analytics.adopt_job()
-- Why: a project that gets Freshet has jobs already. Declaring them one by one is what nobody does.
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
    owners constant text[] := array(
        select j.username from cron.job as j
        where j.jobname = adopt_job.job_name and (adopt_job.owner is null or j.username = adopt_job.owner)
        order by j.username
    );
    job record;
begin
    if cardinality(owners) <> 1 then
        raise exception using
            errcode = 'no_data_found',
            message = format(
                'cannot adopt job "%s"%s: cron.job has %s jobs of that name, not one%s', job_name,
                ' of "' || adopt_job.owner || '"', cardinality(owners), ' (of ' || nullif(array_to_string(owners, ', '), '') || ')'
            ),
            hint = 'Of two with one name, say whose: owner => ''<role>''. A job without a name is unscheduled by its jobid and scheduled again with analytics.register_job.';
    end if;
    select j.schedule, j.command, j.username, j.database into strict job
    from cron.job as j
    where j.jobname = adopt_job.job_name and j.username = owners[1];
    perform private.declare_job(job_name, job.schedule, job.command, late_after, max_runtime);
    update analytics.scheduled_jobs as d
    set owner = job.username, database = job.database
    where d.job_name = adopt_job.job_name;
end
$$;

revoke all on function analytics.adopt_job(text, interval, interval, name) from public, anon, authenticated;

comment on function analytics.adopt_job(text, interval, interval, name) is
    'Declares a job as it stands in cron.job: it is wanted, and wanted like this. owner: whose, where several have the name. Changes nothing in pg_cron. Idempotent.';
