-- Object: freshet.is_run_alive()
-- Why: an open row alone does not show whether its run still works.
create function freshet.is_run_alive(run analytics.open_runs)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select not run.is_local or exists (
        select
        from pg_catalog.pg_stat_activity as a
        -- A process that started after the run has only inherited its number; a worker may need a while to begin.
        where a.pid = run.job_pid and a.backend_start <= coalesce(run.started_at, run.first_seen_at) + interval '30 seconds'
    );
$$;

revoke all on function freshet.is_run_alive(analytics.open_runs) from public, anon, authenticated;

comment on function freshet.is_run_alive(analytics.open_runs) is
    'Whether an open run has a process. A run on another server is assumed to have one.';
