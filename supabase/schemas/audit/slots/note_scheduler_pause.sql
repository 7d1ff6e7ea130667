-- Object: freshet.note_scheduler_pause()
-- Why: a slot that passes without a run leaves no row behind: only the calendar can tell. What one cause makes many jobs
--      miss is one incident, and what nobody could expect is none.
create function freshet.note_scheduler_pause(first_start_at timestamptz)
returns timestamptz
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- Three periods of the audit's own job without a start of any.
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
    'Since when the scheduler runs without a gap: started, thawed, or past a jump of the clock.';
