-- Object: freshet.cron_backends()
-- Why: pg_stat_activity silently hides other roles' processes from a role without pg_read_all_stats. What cannot be
--      seen is unknown, so callers check that right first.
create function freshet.cron_backends()
returns table (pid integer, is_scheduler boolean, is_busy boolean, started_at timestamptz, query text)
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    -- Runs over libpq are clients that call themselves pg_cron; background workers have a type of their own.
    select
        a.pid,
        a.backend_type = 'pg_cron launcher' or a.application_name = 'pg_cron scheduler',
        a.state is distinct from 'idle',
        a.backend_start,
        a.query
    from pg_catalog.pg_stat_activity as a
    where pg_has_role(current_user, 'pg_read_all_stats', 'usage')
        and (
            a.backend_type in ('pg_cron launcher', 'pg_cron')
            or a.application_name in ('pg_cron scheduler', 'pg_cron')
        );
$$;

revoke all on function freshet.cron_backends() from public, anon, authenticated;

comment on function freshet.cron_backends() is
    'The scheduler and the runs of pg_cron that have a process now. No rows without pg_read_all_stats.';
