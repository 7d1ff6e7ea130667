-- Object: freshet.is_own_run()
-- Why: the history of pg_cron belongs to every job of the database, and only runs of Freshet's own commands are
--      deleted; see analytics.retention.
create function freshet.is_own_run(command text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Freshet's commands call analytics or freshet. In freshet only functions of its own jobs count.
    select coalesce(
        command ~* '\manalytics\.[a-z_]+\s*\(|\mfreshet\.(purge_history|claim_refresh|run_refresh)\s*\(', false
    );
$$;

revoke all on function freshet.is_own_run(text) from public, anon, authenticated;

comment on function freshet.is_own_run(text) is 'Whether a run did Freshet''s work: its command calls a function of analytics.';
