-- Object: private.detect_open_runs()
-- Why: a run that has not ended either works, or hangs, or has no process any more; and one that has ended may work on.
--      One detector a kind.

create function private.detect_open_runs()
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- Without pg_read_all_stats no process is seen, and every run would look dead.
    if not pg_has_role(current_user, 'pg_read_all_stats', 'usage') then
        return;
    end if;
    perform private.detect_zombies();
    perform private.detect_stuck();
    perform private.detect_detached();
end
$$;
revoke all on function private.detect_open_runs() from public, anon, authenticated;
comment on function private.detect_open_runs() is 'Kinds zombie, stuck and detached.';

create function private.is_run_alive(run analytics.open_runs)
returns boolean
language sql
volatile
set search_path = ''
as $$
    select not run.is_local or exists (
        select
        from pg_catalog.pg_stat_activity as a
        -- A process that is younger than the run has only inherited its number; a worker may need a while to begin.
        where a.pid = run.job_pid and a.backend_start <= coalesce(run.started_at, run.first_seen_at) + interval '30 seconds'
    );
$$;
revoke all on function private.is_run_alive(analytics.open_runs) from public, anon, authenticated;
comment on function private.is_run_alive(analytics.open_runs) is
    'Whether an open run has a process. A run on another server is taken to have one.';
