-- Object: freshet.note_scheduler_pause()
-- Why: slots in a time when the scheduler was stopped are not the fault of their jobs.
create function freshet.note_scheduler_pause(first_start_at timestamptz)
returns timestamptz
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- Three periods of the audit's own job without a start of any job.
    update analytics.audit_state as a
    set scheduler_resumed_at = coalesce(first_start_at, clock_timestamp())
    where coalesce(first_start_at, clock_timestamp()) > a.last_audit_at + interval '15 minutes';

    select greatest(
        (select a.scheduler_resumed_at from analytics.audit_state as a),
        (select max(p.backend_start) from pg_catalog.pg_stat_activity as p where p.application_name = 'pg_cron scheduler')
    );
$$;

revoke all on function freshet.note_scheduler_pause(timestamptz) from public, anon, authenticated;

comment on function freshet.note_scheduler_pause(timestamptz) is
    'Since when the scheduler has run without a gap: started, unfrozen, or past a jump of the clock.';
