-- Object: analytics.health_check(), analytics.get_cron_job_status()
-- Why: what an admin asks first: how fresh is each view, and what did its job last do?

create function private.health_check()
returns table (
    view_name text,
    pack text,
    populated boolean,
    row_count bigint,
    rejected_count bigint,
    version bigint,
    refreshed_at timestamptz,
    verified_at timestamptz,
    source_as_of timestamptz,
    age interval,
    objective interval,
    is_stale boolean,
    last_outcome text,
    last_finished_at timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    perform private.assert_operator();
    return query
    select
        v.view_name,
        v.pack,
        (private.view_state(v) ->> 'populated')::boolean,
        v.row_count,
        v.rejected_count,
        v.version,
        v.refreshed_at,
        v.verified_at,
        v.source_as_of,
        now() - v.verified_at,
        v.stale_after,
        coalesce(now() - v.verified_at > v.stale_after, true),
        l.outcome,
        l.finished_at
    from analytics.views as v
    left join lateral (
        select r.outcome, r.finished_at
        from analytics.refresh_log as r
        where r.view_name = v.view_name
        order by r.id desc
        limit 1
    ) as l on true
    order by v.pack, v.view_name;
end
$$;
revoke all on function private.health_check() from public, anon, authenticated;
grant execute on function private.health_check() to authenticated, service_role;
comment on function private.health_check() is 'Checks the caller, then answers. Reached through analytics.health_check.';

create function analytics.health_check()
returns table (
    view_name text,
    pack text,
    populated boolean,
    row_count bigint,
    rejected_count bigint,
    version bigint,
    refreshed_at timestamptz,
    verified_at timestamptz,
    source_as_of timestamptz,
    age interval,
    objective interval,
    is_stale boolean,
    last_outcome text,
    last_finished_at timestamptz
)
language sql
stable
set search_path = ''
as $$
    select * from private.health_check();
$$;
revoke all on function analytics.health_check() from public, anon, authenticated;
grant execute on function analytics.health_check() to authenticated, service_role;
comment on function analytics.health_check() is
    'Admins only: one row per registered view. age = now - verified_at; is_stale when it is over the objective or the view was never refreshed.';

create function private.get_cron_job_status()
returns table (
    jobid bigint,
    jobname text,
    schedule text,
    command text,
    active boolean,
    last_runid bigint,
    last_status text,
    last_message text,
    last_started_at timestamptz,
    last_finished_at timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    perform private.assert_operator();
    return query
    with recent_runs as (
        -- runid is the only index of the history; runs older than this window are not worth a scan.
        select distinct on (d.jobid) d.jobid, d.runid, d.status, d.return_message, d.start_time, d.end_time
        from cron.job_run_details as d
        where d.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
        order by d.jobid, d.runid desc
    )
    select
        j.jobid, j.jobname::text, j.schedule, j.command, j.active,
        r.runid, r.status, btrim(r.return_message, E' \n'), r.start_time, r.end_time
    from cron.job as j
    left join recent_runs as r on r.jobid = j.jobid
    order by j.jobname;
end
$$;
revoke all on function private.get_cron_job_status() from public, anon, authenticated;
grant execute on function private.get_cron_job_status() to authenticated, service_role;
comment on function private.get_cron_job_status() is 'Checks the caller, then answers. Reached through analytics.get_cron_job_status.';

create function analytics.get_cron_job_status()
returns table (
    jobid bigint,
    jobname text,
    schedule text,
    command text,
    active boolean,
    last_runid bigint,
    last_status text,
    last_message text,
    last_started_at timestamptz,
    last_finished_at timestamptz
)
language sql
stable
set search_path = ''
as $$
    select * from private.get_cron_job_status();
$$;
revoke all on function analytics.get_cron_job_status() from public, anon, authenticated;
grant execute on function analytics.get_cron_job_status() to authenticated, service_role;
comment on function analytics.get_cron_job_status() is
    'Admins only: one row per pg_cron job with its last run among the newest 20,000.';
