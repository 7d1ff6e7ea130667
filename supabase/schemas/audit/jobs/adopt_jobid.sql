-- Object: freshet.adopt_jobid()
-- Why: a job is its name and its owner, so each of two owners' jobs of one name can be declared, is listed separately,
--      and can be restored only by its own role.
create function freshet.adopt_jobid(jobid bigint, declared_as text, late_after interval, max_runtime interval)
returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- A declared job keeps its name. Thresholds, severity, mute and pause belong to the operator.
    insert into analytics.scheduled_jobs as d (
        job_name, cron_name, schedule, command, command_fingerprint, owner, database, late_after, max_runtime, recovery_threshold
    )
    select
        n.job_name, nullif(j.jobname::text, n.job_name), j.schedule, j.command, freshet.command_fingerprint(j.command), j.username,
        j.database, adopt_jobid.late_after, adopt_jobid.max_runtime, null
    from cron.job as j
    cross join lateral (
        select coalesce(
            (
                select o.job_name
                from analytics.scheduled_jobs as o
                where coalesce(o.cron_name, o.job_name) = j.jobname and o.owner::text = j.username
                order by o.cron_name is not null, o.job_name
                limit 1
            ),
            freshet.short_name(declared_as)
        ) as job_name
    ) as n
    where j.jobid = adopt_jobid.jobid
    limit 1
    on conflict on constraint scheduled_jobs_pkey do update
    set cron_name = excluded.cron_name,
        schedule = excluded.schedule,
        command = excluded.command,
        command_fingerprint = excluded.command_fingerprint,
        owner = excluded.owner,
        database = excluded.database,
        late_after = excluded.late_after,
        max_runtime = excluded.max_runtime,
        min_runtime = null,
        period = null,
        declared_at = excluded.declared_at
    returning d.job_name;
$$;

revoke all on function freshet.adopt_jobid(bigint, text, interval, interval) from public, anon, authenticated;

comment on function freshet.adopt_jobid(bigint, text, interval, interval) is
    'Declares one row of cron.job as it is now, under that name unless it has a declared one, and returns the name. Idempotent.';
