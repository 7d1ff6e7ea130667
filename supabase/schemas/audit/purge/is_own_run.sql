-- Object: freshet.is_own_run()
-- Why: the history of pg_cron belongs to every job of the database. An installation that deletes what other people's jobs wrote
--      takes their evidence, unasked; so only runs of Freshet's own commands go, until the table says otherwise.
create function freshet.is_own_run(command text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- What Freshet schedules calls analytics or freshet. In freshet only its own jobs' functions count.
    select coalesce(
        command ~* '\manalytics\.[a-z_]+\s*\(|\mfreshet\.(purge_history|claim_refresh|run_refresh)\s*\(', false
    );
$$;

revoke all on function freshet.is_own_run(text) from public, anon, authenticated;

comment on function freshet.is_own_run(text) is 'Whether a run did Freshet''s work: its command calls a function of analytics.';
